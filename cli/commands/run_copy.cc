#include "cli/commands/run_copy.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/embedded/embedded_fleet.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

constexpr std::size_t kMaxRuns = 1000;  // of one file, as the coordinator has it

// What came of a run elsewhere; here it is another one.
v1::Run AsImported(v1::Run run) {
  run.mutable_origin()->set_run_id(run.run_id());
  run.clear_run_id();
  run.clear_campaign_id();
  run.clear_agent();
  run.clear_verdict();
  run.clear_pinned();
  run.clear_pin_note();
  run.clear_expiry();
  return run;
}

class RunRelay {
 public:
  RunRelay(Copying copying, RunSender& sender) : copying_(copying), sender_(sender) {}

  absl::Status Take(const v1::ExportSamplesResponse& message) {
    if (message.has_run()) {
      if (message.run().has_expiry()) {
        return absl::InvalidArgumentError(absl::StrCat("run ", message.run().run_id(), ": its samples have left the store (", Printable(message.run().expiry().reason()),
                                                       "); what is left of it cannot be copied"));
      }
      run_ = message.run();
      const bool as_it_is = copying_ == Copying::kAsItIs;
      SEEP_RETURN_IF_ERROR(sender_.Begin(as_it_is ? run_ : AsImported(run_), as_it_is ? message.campaign() : v1::Campaign()));
      if (!as_it_is && !run_.origin().invalid().empty()) {
        v1::ImportRunsRequest invalid;
        invalid.set_invalid(run_.origin().invalid());
        SEEP_RETURN_IF_ERROR(sender_.Send(std::move(invalid)));
      }
    }
    sender_.AddGaps(message.gaps());
    SEEP_RETURN_IF_ERROR(TakeNotes(message));
    for (const v1::GaugeDefinition& gauge : message.gauges()) {
      if (known_[gauge.id()]) continue;
      known_[gauge.id()] = true;
      SEEP_RETURN_IF_ERROR(sender_.Define(gauge));
    }
    for (const v1::Sample& sample : message.samples()) SEEP_RETURN_IF_ERROR(sender_.Add(sample));
    return absl::OkStatus();
  }

 private:
  absl::Status TakeNotes(const v1::ExportSamplesResponse& message) {
    v1::ImportRunsRequest notes;
    *notes.mutable_generations() = message.generations();
    *notes.mutable_faults() = message.faults();
    *notes.mutable_logs() = message.logs();
    if (message.has_artefact()) *notes.mutable_artefact() = message.artefact();
    for (const v1::RunEvent& event : message.events()) {
      if (copying_ == Copying::kAsItIs || event.kind() != "import") *notes.add_events() = event;
    }
    return notes.ByteSizeLong() == 0 ? absl::OkStatus() : sender_.Send(std::move(notes));
  }

  const Copying copying_;
  RunSender& sender_;
  v1::Run run_;
  std::map<std::uint32_t, bool> known_;
};

absl::StatusOr<std::vector<std::string>> RunsOf(ControlClient& client) {
  std::vector<std::string> ids;
  v1::ListRunsRequest request;
  request.set_limit(1000);
  do {
    SEEP_ASSIGN_OR_RETURN(const v1::ListRunsResponse page, client.ListRuns(request));
    for (const v1::Run& run : page.runs()) ids.push_back(run.run_id());
    request.set_before_id(page.next_before_id());
  } while (!request.before_id().empty() && ids.size() <= kMaxRuns);
  std::reverse(ids.begin(), ids.end());
  return ids;
}

// A campaign's runs one behind the other, each once.
absl::Status SortByCampaign(ControlClient& client, std::vector<std::string>& ids) {
  std::map<std::pair<std::string, std::string>, std::string> sorted;
  const auto in_order = [](const std::string& id) { return std::string(20 - std::min<std::size_t>(id.size(), 20), ' ') + id; };
  for (const std::string& id : ids) {
    SEEP_ASSIGN_OR_RETURN(const v1::GetRunResponse got, client.GetRun(id));
    sorted[{in_order(got.run().campaign_id()), in_order(id)}] = id;
  }
  ids.clear();
  for (auto& [key, id] : sorted) ids.push_back(std::move(id));
  return absl::OkStatus();
}

// SQLite's file format: bytes 18 and 19 say whether readers must look for a
// write-ahead log. There is none any more, and a file for keeps should open
// where nothing can be written beside it.
absl::Status SettleHeader(const std::string& path) {
  if (FileExists(path + "-wal")) return absl::InternalError("the copy was not closed cleanly; export again");
  const UniqueFd file(open(path.c_str(), O_RDWR | O_CLOEXEC));
  const bool settled = file.valid() && pwrite(file.get(), "\1\1", 2, 18) == 2 && fsync(file.get()) == 0;
  return settled ? absl::OkStatus() : ErrnoStatus(errno, absl::StrCat("closing ", Printable(path)));
}

// A coordinator of its own for one store, for as long as the copying takes.
class StoreKeeper {
 public:
  static absl::StatusOr<StoreKeeper> Open(Session& session, const std::string& directory) {
    EmbeddedOptions options;
    options.binary_directory = session.binary_directory;
    options.verbose = session.invocation.verbose;
    options.data_directory = directory;
    StoreKeeper keeper;
    SEEP_ASSIGN_OR_RETURN(keeper.fleet_, EmbeddedFleet::Start(options, session.environment, session.interruption));
    SEEP_ASSIGN_OR_RETURN(keeper.client_, ControlClient::Connect({keeper.fleet_->address(), {}}, session.interruption));
    return keeper;
  }
  ControlClient& client() { return *client_; }
  void Close() {
    client_.reset();
    fleet_->Stop(absl::Seconds(30));
    fleet_.reset();
  }

 private:
  std::unique_ptr<EmbeddedFleet> fleet_;
  std::unique_ptr<ControlClient> client_;
};

// A directory beside the file, on its file system; goes with its owner.
class Workshop {
 public:
  static absl::StatusOr<Workshop> Beside(const std::string& path) {
    std::string directory = path + ".partial-XXXXXX";
    if (mkdtemp(directory.data()) == nullptr) return ErrnoStatus(errno, absl::StrCat("creating ", Printable(path)));
    return Workshop(std::move(directory));
  }
  ~Workshop() {
    if (!path_.empty()) RemoveTree(path_).IgnoreError();
  }
  Workshop(Workshop&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  const std::string& path() const { return path_; }

 private:
  explicit Workshop(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace

absl::Status SendRun(ControlClient& from, const std::string& run_id, Copying copying, RunSender& sender) {
  RunRelay relay(copying, sender);
  v1::ExportSamplesRequest request;
  request.set_run_id(run_id);
  request.set_everything(true);
  return from.ExportSamples(request, [&](const v1::ExportSamplesResponse& message) { return relay.Take(message); });
}

absl::Status WriteStore(Session& session, ControlClient& from, std::vector<std::string> run_ids, const std::string& path, Overwrite overwrite) {
  SEEP_RETURN_IF_ERROR(CheckFree(path, overwrite));
  SEEP_RETURN_IF_ERROR(SortByCampaign(from, run_ids));
  SEEP_ASSIGN_OR_RETURN(const Workshop workshop, Workshop::Beside(path));
  SEEP_ASSIGN_OR_RETURN(StoreKeeper keeper, StoreKeeper::Open(session, workshop.path()));
  const auto copied = keeper.client().Import([&](const ControlClient::SendImport& send) -> absl::Status {
    RunSender sender(send, nullptr);
    v1::ImportHeader header;
    header.set_copy(true);
    SEEP_RETURN_IF_ERROR(sender.Header(std::move(header)));
    for (const std::string& id : run_ids) SEEP_RETURN_IF_ERROR(SendRun(from, id, Copying::kAsItIs, sender));
    return sender.End("");
  });
  SEEP_RETURN_IF_ERROR(copied.status());
  keeper.Close();
  SEEP_RETURN_IF_ERROR(SettleHeader(workshop.path() + "/seep.db"));
  return RenameOnto(workshop.path() + "/seep.db", path, overwrite);
}

absl::Status SendStore(Session& session, HashedFile& file, const std::string& path, RunSender& sender) {
  if (path == "-") return absl::InvalidArgumentError("standard input: a SQLite store must be a file; name it");
  if (FileExists(path + "-wal")) {
    return absl::InvalidArgumentError(absl::StrCat(file.name(), ": ", file.name(), "-wal stands beside it: this store is in use; ",
                                                   "take a copy of its runs with seep export RUN --sqlite FILE and import that"));
  }
  // Opening a store may change it (an older one is brought up to date), and a
  // stranger's is better looked at by a process of its own.
  SEEP_ASSIGN_OR_RETURN(const TempDirectory directory, TempDirectory::Create("seep-import"));
  {
    SEEP_ASSIGN_OR_RETURN(WholeFile copy, WholeFile::Create(directory.path() + "/seep.db", Overwrite::kNo, 0600));
    std::vector<char> buffer(HashedFile::kBufferBytes);
    for (std::streamsize got = file.sgetn(buffer.data(), static_cast<std::streamsize>(buffer.size())); got > 0;
         got = file.sgetn(buffer.data(), static_cast<std::streamsize>(buffer.size()))) {
      SEEP_RETURN_IF_ERROR(copy.Write({buffer.data(), static_cast<std::size_t>(got)}));
    }
    SEEP_RETURN_IF_ERROR(file.error());
    SEEP_RETURN_IF_ERROR(copy.Commit());
  }
  auto keeper = StoreKeeper::Open(session, directory.path());
  if (!keeper.ok()) return absl::InvalidArgumentError(absl::StrCat(file.name(), ": is no store of Seep's that can be read: ", keeper.status().message()));
  SEEP_ASSIGN_OR_RETURN(const std::vector<std::string> ids, RunsOf(keeper->client()));
  if (ids.empty()) return absl::InvalidArgumentError(absl::StrCat(file.name(), ": the store has no runs"));
  if (ids.size() > kMaxRuns) return absl::InvalidArgumentError(absl::StrCat(file.name(), ": the store has more than ", kMaxRuns, " runs; copy them out in parts with seep export --sqlite"));
  for (const std::string& id : ids) SEEP_RETURN_IF_ERROR(SendRun(keeper->client(), id, Copying::kAsImported, sender));
  keeper->Close();
  return absl::OkStatus();
}

}  // namespace seep::cli
