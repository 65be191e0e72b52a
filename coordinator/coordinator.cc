#include "coordinator/coordinator.h"

#include <thread>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"
#include "coordinator/across/across_desk.h"
#include "coordinator/artefacts/artefact_desk.h"
#include "coordinator/control/control_desk.h"
#include "coordinator/control/query_desk.h"
#include "coordinator/fleet/fleet.h"
#include "coordinator/imports/import_desk.h"
#include "coordinator/ingest/ingest.h"
#include "coordinator/links/agent_desk.h"
#include "coordinator/log/log.h"
#include "coordinator/restorer.h"
#include "coordinator/rpc/agent_link_service.h"
#include "coordinator/rpc/control_service.h"
#include "coordinator/rpc/rpc_server.h"
#include "coordinator/rpc/upkeep_service.h"
#include "coordinator/runs/run_book.h"
#include "coordinator/upkeep/upkeep_desk.h"
#include "coordinator/verdicts/verdict_board.h"
#include "storage/sqlite_store.h"

namespace seep::coordinator {
namespace {
constexpr int kStopGraceMs = 3000;

// The worker's thread: judging, parsing, going through samples.
class WorkerThread {
 public:
  explicit WorkerThread(const Clock& clock) : loop_(clock), thread_([this] { loop_.Run(); }) {}
  ~WorkerThread() {
    loop_.Stop();
    thread_.join();
  }
  EventLoop& loop() { return loop_; }

 private:
  EpollEventLoop loop_;
  std::thread thread_;
};

std::string BackupDirectory(const CoordinatorOptions& options) {
  return options.backup_directory.empty() ? options.data_directory + "/backups" : options.backup_directory;
}
}  // namespace

// In the order of construction; what stands below may use what stands above.
struct Coordinator::Parts {
  Parts(EpollEventLoop& l, CoordinatorOptions o, std::unique_ptr<storage::SqliteStore> s)
      : options(std::move(o)), loop(l), store(std::move(s)), worker(l.clock()), links(l),
        caretaker(l, *store, options.upkeep), fleet(l.clock(), options.lease), board(l, worker.loop(), *store, options.verdict_every),
        runs(l, *store, fleet, links,
             [this](const v1::Run& run, VerdictBoard::Judged judged) { board.JudgeFinally(run, std::move(judged)); },
             {options.lost_limit}),
        ingest(l, *store, fleet, links, IngestPorts()), artefacts(*store),
        agents(l, *store, fleet, links, ingest, runs, artefacts, options.lease),
        control(l, worker.loop(), *store, *store, fleet, runs, {options.release, store->schema_version(), [this] { return caretaker.TakesCampaigns(); }}),
        across(l, worker.loop(), *store, *store),
        queries(l, options.query_worker, store->database_path()),
        imports(l, worker.loop(), *store, options.data_directory + "/imports", ImportPorts()),
        control_service(l, control, across, queries, imports),
        upkeep(l, *store, caretaker, BackupDirectory(options)), upkeep_service(l, upkeep) {}

  Ingest::Ports IngestPorts();
  VerdictBoard::Ports BoardPorts();
  ImportWriter::Ports ImportPorts();

  const CoordinatorOptions options;
  EpollEventLoop& loop;
  std::unique_ptr<storage::SqliteStore> store;
  WorkerThread worker;
  AgentLinkService links;
  Caretaker caretaker;
  Fleet fleet;
  VerdictBoard board;
  RunBook runs;
  Ingest ingest;
  ArtefactDesk artefacts;
  AgentDesk agents;
  ControlDesk control;
  AcrossDesk across;
  QueryDesk queries;
  ImportDesk imports;
  ControlService control_service;
  UpkeepDesk upkeep;
  UpkeepService upkeep_service;
  RpcServer server;
};

Ingest::Ports Coordinator::Parts::IngestPorts() {
  Ingest::Ports ports;
  ports.has_room = [this] { return caretaker.takes_samples(); };
  ports.belongs = [this](const std::string& run, const std::string& agent) { return runs.Belongs(run, agent); };
  ports.stored = [this](const v1::Ack& ack, const v1::SampleBatch& batch) { runs.OnStored(ack, batch); };
  ports.note = [this](const std::string& run, std::string kind, std::string message) {
    runs.NoteEvent(run, std::move(kind), std::move(message));
  };
  ports.forget = [this](const std::string& agent, const std::string& run) { runs.TellToForget(agent, run); };
  return ports;
}

VerdictBoard::Ports Coordinator::Parts::BoardPorts() {
  VerdictBoard::Ports ports;
  ports.live_runs = [this] { return runs.RunningRuns(); };
  ports.find = [this](const std::string& run) { return runs.Find(run); };
  ports.provisional = [this](const std::string& run, const v1::RunVerdict& verdict) {
    runs.NoteVerdict(run, verdict);
  };
  ports.missed = [this](const std::string& run, const v1::ThresholdAbort& abort) { runs.AbortOnThreshold(run, abort); };
  return ports;
}

ImportWriter::Ports Coordinator::Parts::ImportPorts() {
  ImportWriter::Ports ports;
  ports.judge = [this](const v1::Run& run, VerdictBoard::Judged judged) { board.JudgeFinally(run, std::move(judged)); };
  ports.changed = [this](const std::string& run_id) { control.OnRunChanged(run_id); };
  return ports;
}

Coordinator::Coordinator(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Coordinator::~Coordinator() {
  // First the threads that call in, then what they call.
  parts_->store->Stop();
}

absl::StatusOr<std::unique_ptr<Coordinator>> Coordinator::Open(EpollEventLoop& loop, CoordinatorOptions options) {
  storage::StoreOptions store_options;
  store_options.directory = options.data_directory;
  SEEP_ASSIGN_OR_RETURN(std::unique_ptr<storage::SqliteStore> store, storage::SqliteStore::Open(store_options, loop));
  if (!store->damage().empty()) LogError({{"store", "damaged"}, {"reason", store->damage()}});
  SEEP_RETURN_IF_ERROR(store->Start());
  if (options.query_worker.empty()) {
    SEEP_ASSIGN_OR_RETURN(const std::string directory, OwnBinaryDirectory());
    options.query_worker = directory + "/seep-query-worker";
  }
  auto parts = std::make_unique<Parts>(loop, std::move(options), std::move(store));
  return std::unique_ptr<Coordinator>(new Coordinator(std::move(parts)));
}

void Coordinator::Start(std::function<void(absl::StatusOr<std::vector<std::string>>)> started) {
  Parts& parts = *parts_;
  parts.runs.SetObserver([&parts](const std::string& run_id) { parts.control.OnRunChanged(run_id); });
  parts.links.SetEvents(&parts.agents);
  parts.artefacts.SetObserver([&parts](const v1::Artefact& artefact) {
    parts.runs.NoteEvent(artefact.run_id(), "artefact", absl::StrCat(artefact.name(), ", ", artefact.size(), " bytes (", artefact.reason(), ")"));
  });
  auto restorer = std::make_shared<Restorer>(*parts.store, parts.fleet, parts.runs);
  // It keeps itself alive until it calls back.
  restorer->Restore([&parts, started = std::move(started), restored_by = restorer.get()](absl::Status restored) {
    if (!restored.ok()) return started(restored);
    parts.imports.Resume(restored_by->TakeImported());
    parts.agents.Start();
    parts.board.Start(parts.BoardPorts());
    parts.caretaker.Start();
    const TlsFiles tls{parts.options.tls_ca, parts.options.tls_certificate, parts.options.tls_key};
    started(parts.server.Start(parts.options.listen, tls, {&parts.links, &parts.control_service, &parts.upkeep_service}));
  });
}

void Coordinator::Stop(std::function<void()> stopped) {
  Parts& parts = *parts_;
  LogInfo({{"coordinator", "stopping"}});
  parts.agents.BeginShutdown();
  parts.control.EndWatches();
  parts.imports.End();
  parts.links.CloseAll(absl::UnavailableError("the coordinator is stopping; try again later"));
  parts.server.Stop(kStopGraceMs, [&loop = parts.loop, stopped = std::move(stopped)] { loop.Post([stopped] { stopped(); }); });
}

}  // namespace seep::coordinator
