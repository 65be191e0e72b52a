#include "coordinator/imports/import_desk.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/log/log.h"

namespace seep::coordinator {

// Its check and stage are the worker's while a message is being taken, and
// nobody's in between.
class ImportDesk::Sender {
 public:
  explicit Sender(std::shared_ptr<ImportPort> port) : port_(std::move(port)) {}

  // On the worker. Answers the sealed stage with the last message.
  absl::StatusOr<std::string> Take(const std::string& directory, const v1::ImportRunsRequest& message) {
    if (const absl::Status sound = check_.Take(message); !sound.ok()) return sound;
    if (!stage_) {
      auto stage = ImportStage::Create(directory);
      if (!stage.ok()) return stage.status();
      stage_ = *std::move(stage);
    }
    if (const absl::Status kept = stage_->Append(message); !kept.ok()) return kept;
    return check_.complete() ? stage_->Seal() : std::string();
  }

  std::shared_ptr<ImportPort> port_;
  bool closed_ = false, busy_ = false;

 private:
  ImportCheck check_;
  std::unique_ptr<ImportStage> stage_;
};

ImportDesk::~ImportDesk() { End(); }

std::shared_ptr<ImportDesk::Sender> ImportDesk::Begin(std::shared_ptr<ImportPort> port) {
  if (senders_.size() >= kMaxSenders) {
    port->Finish(absl::ResourceExhaustedError(absl::StrCat(kMaxSenders, " imports are under way; try again")));
    return nullptr;
  }
  senders_.push_back(std::make_shared<Sender>(std::move(port)));
  senders_.back()->port_->ReadOn();
  return senders_.back();
}

void ImportDesk::Take(const std::shared_ptr<Sender>& sender, v1::ImportRunsRequest message) {
  if (!sender || !sender->port_) return;
  sender->busy_ = true;
  worker_.Post([this, &loop = loop_, directory = directory_, sender, message = std::move(message), alive = std::weak_ptr(alive_)] {
    const auto taken = sender->Take(directory, message);
    loop.Post([this, sender, status = taken.status(), sealed = taken.ok() ? *taken : std::string(), alive] {
      if (!alive.expired()) OnTaken(sender, status, sealed);
    });
  });
}

void ImportDesk::OnTaken(const std::shared_ptr<Sender>& sender, const absl::Status& status, const std::string& sealed) {
  sender->busy_ = false;
  if (!sealed.empty()) {
    sealed_.push_back({sealed, sender->port_});
    std::erase(senders_, sender);
    sender->port_ = nullptr;
    return CarryNext();
  }
  if (!status.ok()) return Drop(sender, status);
  if (sender->closed_) return Drop(sender, absl::CancelledError("the sender is gone"));
  if (sender->port_) sender->port_->ReadOn();
}

void ImportDesk::Closed(const std::shared_ptr<Sender>& sender) {
  if (!sender || !sender->port_) return;
  sender->closed_ = true;
  if (!sender->busy_) Drop(sender, absl::InvalidArgumentError("the import ended before its end; nothing was stored"));
}

void ImportDesk::Drop(const std::shared_ptr<Sender>& sender, const absl::Status& why) {
  std::erase(senders_, sender);
  if (auto port = std::exchange(sender->port_, nullptr)) port->Finish(why);
}

void ImportDesk::CarryNext() {
  if (writer_) return;
  if (sealed_.empty()) return FailLeftOvers();
  Sealed next = std::move(sealed_.front());
  sealed_.pop_front();
  waiting_ = std::move(next.port);
  writer_ = std::make_shared<ImportWriter>(loop_, worker_, store_, ports_, next.path);
  writer_->Start([this, alive = std::weak_ptr(alive_)](absl::StatusOr<v1::ImportRunsResponse> answer) {
    if (alive.expired()) return;
    writer_.reset();
    if (auto port = std::exchange(waiting_, nullptr)) port->Finish(std::move(answer));
    CarryNext();
  });
}

void ImportDesk::Resume(std::vector<v1::Run> open_runs) {
  left_over_ = std::move(open_runs);
  for (std::string& path : SealedStages(directory_)) {
    LogInfo({{"import", path}, {"state", "goes on"}});
    sealed_.push_back({std::move(path), nullptr});
  }
  CarryNext();
}

// All that was sealed is carried: what is open still has nothing to go on with.
void ImportDesk::FailLeftOvers() {
  for (const v1::Run& was : std::exchange(left_over_, {})) {
    store_.GetRun(was.run_id(), [this, alive = std::weak_ptr(alive_)](absl::StatusOr<v1::Run> run) {
      if (alive.expired() || !run.ok() || run->state() != v1::RUN_STATE_RUNNING) return;
      storage::RunChange change;
      change.run_id = run->run_id();
      run->set_state(v1::RUN_STATE_FAILED);
      run->set_state_reason("its import was broken off; import the file again");
      change.run = *std::move(run);
      store_.ChangeRun(std::move(change), [](const auto&) {});
    });
  }
}

void ImportDesk::End() {
  const absl::Status stopping = absl::UnavailableError("the coordinator is stopping; import again later");
  while (!senders_.empty()) {
    const auto sender = senders_.back();
    Drop(sender, stopping);
  }
  const absl::Status goes_on = absl::UnavailableError("the coordinator is stopping; the import goes on when it starts again");
  for (Sealed& sealed : sealed_) {
    if (sealed.port) sealed.port->Finish(goes_on);
  }
  sealed_.clear();
  if (auto port = std::exchange(waiting_, nullptr)) port->Finish(goes_on);
  if (writer_) writer_->Stop();
  writer_.reset();
}

}  // namespace seep::coordinator
