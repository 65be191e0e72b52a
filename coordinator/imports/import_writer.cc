#include "coordinator/imports/import_writer.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/checksum/crc32c.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"
#include "coordinator/log/log.h"
#include "coordinator/runs/run_state.h"

namespace seep::coordinator {
namespace {

constexpr absl::Duration kTryAgain = absl::Seconds(1);

// Of the content alone, so that the same file gives the same campaign however
// it is called.
std::string YamlOf(const v1::ImportHeader& header, const v1::ImportEnd& end) {
  if (!header.yaml().empty()) return header.yaml();
  return absl::StrCat("# Not submitted: imported.\nimported:\n  layout: ", header.origin().layout(), "\n  sha256: ", end.sha256(), "\n");
}

std::string KeyOf(const v1::ImportHeader& header, const v1::ImportEnd& end) {
  const std::string& map = header.origin().column_map();
  return absl::StrCat("import:", end.sha256(), map.empty() ? "" : absl::StrCat(":", absl::Hex(Crc32c(map))));
}

std::string StageName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

bool ImportWriter::IsTemporary(const absl::Status& status) {
  return status.code() == absl::StatusCode::kResourceExhausted || status.code() == absl::StatusCode::kUnavailable;
}

void ImportWriter::Start(Answer<v1::ImportRunsResponse> done) {
  done_ = std::move(done);
  worker_.Post([self = shared_from_this(), &loop = loop_, stage = stage_] {
    auto outline = ReadOutline(stage);
    loop.Post([self, outline = std::move(outline)]() mutable { self->OnOutline(std::move(outline)); });
  });
}

absl::StatusOr<ImportWriter::Outline> ImportWriter::ReadOutline(const std::string& stage) {
  SEEP_ASSIGN_OR_RETURN(StageReader reader, StageReader::Open(stage));
  Outline outline;
  v1::ImportRunsRequest message;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool more, reader.Next(StageReader::Batches::kSkip, message));
    if (!more) return outline;
    if (message.has_header()) outline.header = std::move(*message.mutable_header());
    if (message.has_end()) outline.end = std::move(*message.mutable_end());
    if (!message.has_run()) continue;
    outline.runs.push_back(std::move(*message.mutable_run()));
    outline.campaigns.push_back(std::move(*message.mutable_campaign()));
  }
}

void ImportWriter::OnOutline(absl::StatusOr<Outline> outline) {
  if (stopped_) return;
  if (!outline.ok()) return Answered(outline.status());
  outline_ = *std::move(outline);
  if (outline_.header.again()) key_suffix_ = ":" + StageName(stage_);
  Create(0);
}

// What a person said of the run and what is known of it; the rest is made here.
v1::Run ImportWriter::NewRun(const v1::Run& told) const {
  v1::Run run = told;
  run.clear_verdict();
  run.clear_samples();
  run.clear_samples_lost();
  run.set_state(v1::RUN_STATE_RUNNING);
  run.set_state_reason("being imported");
  if (outline_.header.copy()) return run;
  run.set_agent(kImportAgent);
  run.set_created_wall_us(loop_.clock().WallNow().micros());
  v1::RunOrigin& origin = *run.mutable_origin();
  const std::string exported_as = origin.run_id(), layout = origin.layout();
  origin = outline_.header.origin();
  if (!layout.empty()) origin.set_layout(layout);
  origin.set_run_id(exported_as);
  origin.set_sha256(outline_.end.sha256());
  origin.set_imported_wall_us(run.created_wall_us());
  return run;
}

// One campaign with all runs; of a copy one for each that they came from.
void ImportWriter::Create(std::size_t first) {
  const bool copy = outline_.header.copy();
  storage::NewCampaign made;
  std::size_t next = first;
  for (; next < outline_.runs.size(); ++next) {
    if (copy && outline_.campaigns[next].campaign_id() != outline_.campaigns[first].campaign_id()) break;
    made.runs.push_back(NewRun(outline_.runs[next]));
  }
  if (copy) {
    made.campaign = outline_.campaigns[first];
    made.keep_ids = true;
    made.idempotency_key = absl::StrCat("copy:", StageName(stage_), ":", made.campaign.campaign_id());
  } else {
    made.campaign.set_name(outline_.header.name());
    made.campaign.set_yaml(YamlOf(outline_.header, outline_.end));
    made.campaign.set_created_wall_us(loop_.clock().WallNow().micros());
    made.idempotency_key = KeyOf(outline_.header, outline_.end) + key_suffix_;
  }
  store_.CreateCampaign(std::move(made), [self = shared_from_this(), first, next](absl::StatusOr<storage::StoredCampaign> stored) {
    if (!self->stopped_) self->OnCreated(first, next, std::move(stored));
  });
}

// An import that failed, or whose runs have left the store since, is no reason
// not to import the file now.
bool ImportWriter::CameToNothing(const storage::StoredCampaign& stored) const {
  return stored.runs.size() != outline_.runs.size() ||
         std::any_of(stored.runs.begin(), stored.runs.end(), [](const v1::Run& run) {
           return run.state() == v1::RUN_STATE_FAILED && !run.has_verdict();
         });
}

void ImportWriter::OnCreated(std::size_t first, std::size_t next, absl::StatusOr<storage::StoredCampaign> stored) {
  if (stored.status().code() == absl::StatusCode::kFailedPrecondition) {
    return Answered(absl::AlreadyExistsError("this content was imported before, as another layout; --again imports it anew"));
  }
  if (!stored.ok() && !IsTemporary(stored.status())) return Answered(stored.status());
  if (!stored.ok()) {
    return OrAgain(stored.status(), [] {}, [self = shared_from_this(), first] { self->Create(first); });
  }
  if (stored->existed && key_suffix_.empty() && CameToNothing(*stored)) {
    key_suffix_ = ":" + StageName(stage_);
    return Create(first);
  }
  response_.set_existed(stored->existed && std::all_of(stored->runs.begin(), stored->runs.end(), [](const v1::Run& run) {
                          return IsTerminal(run.state());
                        }));
  *response_.mutable_campaign() = std::move(stored->campaign);
  for (v1::Run& run : stored->runs) runs_.push_back(std::move(run));
  if (next < outline_.runs.size()) return Create(next);
  if (response_.existed()) return Done();
  ReadOn();
}

void ImportWriter::ReadOn() {
  worker_.Post([self = shared_from_this(), &loop = loop_, reader = reader_, stage = stage_]() mutable {
    absl::Status status;
    if (!reader) {
      auto opened = StageReader::Open(stage);
      status = opened.status();
      if (status.ok()) reader = std::make_shared<StageReader>(*std::move(opened));
    }
    std::vector<v1::ImportRunsRequest> read;
    bool more = status.ok();
    while (more && read.size() < kWindow) {
      v1::ImportRunsRequest message;
      const auto next = reader->Next(StageReader::Batches::kRead, message);
      status = next.status();
      more = status.ok() && *next;
      if (more) read.push_back(std::move(message));
    }
    loop.Post([self, reader = std::move(reader), read = std::move(read), status, more]() mutable {
      if (self->stopped_) return;
      if (!status.ok()) return self->Fail(status);
      self->reader_ = std::move(reader);
      self->read_ = std::move(read);
      self->carried_ = 0;
      self->stage_read_ = !more;
      self->Carry();
    });
  });
}

void ImportWriter::Carry() {
  if (carried_ == read_.size()) {
    if (!stage_read_) return ReadOn();
    return FinishRun([self = shared_from_this()] { self->Done(); });
  }
  if (present_ && read_[carried_].has_batch()) return CarryBatches();
  CarryMessage(std::move(read_[carried_++]));
}

// The batches that stand together in the window go together: they share a
// commit.
void ImportWriter::CarryBatches() {
  std::size_t count = 0;
  while (carried_ + count < read_.size() && read_[carried_ + count].has_batch() && !read_[carried_ + count].has_run()) ++count;
  if (present_->over) {
    carried_ += count;
    return Carry();
  }
  outcomes_.assign(count, absl::UnknownError("no answer"));
  auto waiting = std::make_shared<std::size_t>(count);
  for (std::size_t i = 0; i < count; ++i) {
    v1::SampleBatch batch = read_[carried_ + i].batch();
    batch.mutable_stream()->set_agent(present_->run.agent());
    batch.mutable_stream()->set_run_id(present_->run.run_id());
    store_.AppendSamples(std::move(batch), [self = shared_from_this(), i, count, waiting](absl::StatusOr<storage::AppendOutcome> outcome) {
      self->outcomes_[i] = outcome.status();
      if (--*waiting == 0 && !self->stopped_) self->OnBatches(count);
    });
  }
}

// Once one is refused those behind it are, for the hole: all are sent again,
// and what is stored by then counts once.
void ImportWriter::OnBatches(std::size_t count) {
  const auto refused = std::find_if(outcomes_.begin(), outcomes_.end(), [](const absl::Status& s) { return !s.ok(); });
  OrAgain(refused == outcomes_.end() ? absl::OkStatus() : *refused,
          [self = shared_from_this(), count] {
            for (std::size_t i = 0; i < count; ++i) {
              v1::SampleBatch& batch = *self->read_[self->carried_++].mutable_batch();
              self->present_->samples += batch.count();
              if (batch.count() == 0) continue;
              if (self->present_->first_block.empty()) self->present_->first_block = batch.block();
              self->present_->last_block = std::move(*batch.mutable_block());
            }
            self->Carry();
          },
          [self = shared_from_this()] { self->CarryBatches(); });
}

void ImportWriter::CarryMessage(v1::ImportRunsRequest message) {
  if (message.has_run()) {
    // What comes with the run is carried once it has begun.
    message.clear_run();
    message.clear_campaign();
    auto rest = std::make_shared<v1::ImportRunsRequest>(std::move(message));
    return FinishRun([self = shared_from_this(), rest] {
      self->NextRun();
      self->CarryNotes(std::move(*rest));
    });
  }
  CarryNotes(std::move(message));
}

void ImportWriter::Change(storage::RunChange change, std::function<void()> then) {
  auto kept = std::make_shared<storage::RunChange>(std::move(change));
  store_.ChangeRun(*kept, [self = shared_from_this(), kept, then = std::move(then)](absl::StatusOr<std::vector<v1::RunEvent>> changed) {
    if (self->stopped_) return;
    self->OrAgain(changed.status(), then, [self, kept, then] { self->Change(*kept, then); });
  });
}

void ImportWriter::OrAgain(const absl::Status& status, std::function<void()> then, std::function<void()> again) {
  if (status.ok()) return then();
  if (!IsTemporary(status)) return Fail(status);
  LogWarn({{"import", stage_}, {"samples", "waiting"}, {"reason", std::string(status.message())}});
  loop_.RunAfter(kTryAgain, [self = shared_from_this(), again = std::move(again)] {
    if (!self->stopped_) again();
  });
}

void ImportWriter::Fail(const absl::Status& status) {
  LogError({{"import", stage_}, {"reason", std::string(status.message())}});
  FailNext(0, status);
}

// Whatever the store refused, nobody shall take half a run for a whole one.
void ImportWriter::FailNext(std::size_t index, absl::Status status) {
  while (index < runs_.size() && IsTerminal(runs_[index].state())) ++index;
  if (index >= runs_.size()) return Answered(status);
  storage::RunChange change;
  change.run_id = runs_[index].run_id();
  change.run = runs_[index];
  change.run->set_state(v1::RUN_STATE_FAILED);
  change.run->set_state_reason(absl::StrCat("its import failed: ", status.message()));
  store_.ChangeRun(std::move(change), [self = shared_from_this(), index, status](absl::StatusOr<std::vector<v1::RunEvent>>) {
    if (!self->stopped_) self->FailNext(index + 1, status);
  });
}

void ImportWriter::Done() {
  for (const v1::Run& run : runs_) {
    v1::Run& told = *response_.add_runs();
    told = run;
    for (auto& figures : *told.mutable_verdict()->mutable_operations()) figures.clear_latency();
  }
  LogInfo({{"campaign", response_.campaign().campaign_id()}, {"state", response_.existed() ? "known" : "imported"}, {"runs", absl::StrCat(runs_.size())}});
  Answered(std::move(response_));
}

void ImportWriter::Answered(absl::StatusOr<v1::ImportRunsResponse> answer) {
  // The store has all of it, or will never take it.
  unlink(stage_.c_str());
  stopped_ = true;
  done_(std::move(answer));
}

}  // namespace seep::coordinator
