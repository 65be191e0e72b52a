#include "sdk/driver_host/dispatcher.h"

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status/check.h"
#include "sdk/driver_host/handshake.h"
#include "sdk/driver_host/params.h"
#include "sdk/driver_host/result_text.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::driver_host {

using driver::ErrorKind;
using driver::MakeCallError;
using driver::Request;
namespace method = driver::method;

Dispatcher::Dispatcher(Sdk& sdk, Notifier& notifier, OutputChannel& output)
    : sdk_(sdk), notifier_(notifier), output_(output), description_(sdk.Describe()),
      lane_width_(HasCapability(description_, driver::capability::kConcurrentCalls) ? kMaxConcurrentCalls : 1) {
  CheckDescription(description_);
}

Dispatcher::~Dispatcher() = default;

Dispatcher::Next Dispatcher::HandleLine(std::string_view line) {
  ReapLanes();
  driver::IncomingRequest incoming = decoder_.Decode(line);
  if (const auto* refused = std::get_if<driver::RefusedRequest>(&incoming)) {
    output_.SendAnswer(driver::EncodeError(refused->id, refused->error));
    return Next::kReadOn;
  }
  auto* request = std::get_if<Request>(&incoming);
  if (request == nullptr || !Admit(*request)) return Next::kReadOn;

  if (request->method == method::kInitialize) {
    Initialize(*request);
  } else if (request->method == method::kMetrics) {
    Answer(request->id, Metrics());
  } else if (request->method == method::kShutdown) {
    Answer(request->id, std::string("{}"));
    return Next::kShutDown;
  } else if (TakesInstance(request->method, request->params)) {
    Params params(request->params);
    const std::string name = params.Text("instance");
    if (!params.error() && !driver::IsInstanceName(name)) {
      params.Refuse("instance", "is not 1 to 64 characters of [A-Za-z0-9_.-]");
    }
    if (params.error()) {
      Answer(request->id, *params.error());
    } else {
      RunOnInstance(std::move(*request), name);
    }
  } else {
    RunOnHost(std::move(*request));
  }
  return Next::kReadOn;
}

void Dispatcher::HandleOverlongLine() {
  output_.SendAnswer(driver::EncodeError(
      std::nullopt,
      MakeCallError(ErrorKind::kInvalidRequest,
                    absl::StrCat("the line is longer than ", driver::kMaxLineBytes, " bytes"))));
}

// The checks that hold for every method, in the order of the rules.
bool Dispatcher::Admit(const Request& request) {
  const std::string& name = request.method;
  if (fatal_ && name != method::kShutdown) {
    Refuse(request.id, ErrorKind::kFatal, "the SDK is beyond use; restart the host");
  } else if (!initialized_ && name != method::kInitialize) {
    Refuse(request.id, ErrorKind::kNotInitialized, "`initialize` comes first");
  } else if (!driver::IsMethod(name)) {
    Refuse(request.id, ErrorKind::kMethodNotFound, absl::StrCat("there is no method ", name));
  } else if (!HasCapability(description_, driver::RequiredCapability(name))) {
    Refuse(request.id, ErrorKind::kMethodNotFound,
           absl::StrCat("this host did not declare what ", name, " needs"));
  } else if (in_flight_ >= kMaxInFlight) {
    Refuse(request.id, ErrorKind::kLimitExceeded,
           absl::StrCat("more than ", kMaxInFlight, " requests in flight"));
  } else {
    Params params(request.params);
    (void)params.OptionalInteger("deadline_ms",
                                 1);  // Seep watches the clock, we only check it
    if (!params.error() && name == method::kInvoke) CheckOperation(description_, params);
    if (!params.error()) return true;
    Answer(request.id, *params.error());
  }
  return false;
}

void Dispatcher::Initialize(const Request& request) {
  if (initialized_)
    return Refuse(request.id, ErrorKind::kInvalidRequest, "`initialize` comes once");
  const Outcome outcome = Greet(description_, request.params, [this](const driver::Json& settings) {
    return sdk_.Initialize(settings, notifier_);
  });
  initialized_ = std::holds_alternative<std::string>(outcome);
  if (initialized_) host_worker_ = std::make_unique<SerialWorker>();
  Answer(request.id, outcome);
}

void Dispatcher::RunOnInstance(Request request, const std::string& name) {
  Lane* lane = nullptr;
  {
    std::lock_guard lock(mutex_);
    auto found = lanes_.find(name);
    if (found == lanes_.end() && request.method == method::kConnect &&
        lanes_.size() < kMaxInstances) {
      found = OpenLane(name);
    }
    if (found != lanes_.end()) {
      lane = found->second.get();
      ++lane->pending;  // from here the lane stays until LeaveLane
    }
  }
  if (lane == nullptr && request.method == method::kConnect) {
    return Refuse(request.id, ErrorKind::kLimitExceeded,
                  absl::StrCat("more than ", kMaxInstances,
                               " instances, or more threads than the system gives"));
  }
  if (lane == nullptr) {
    return Refuse(request.id, ErrorKind::kUnknownInstance,
                  absl::StrCat("no instance is called ", name));
  }
  ++in_flight_;
  const std::int64_t id = request.id;
  const auto place = InstanceCalls::IsAlone(request.method) ? CallLane::Place::kAlone : CallLane::Place::kBesideOthers;
  // First out of the lane, then the answer: who got the answer to `destroy`
  // finds the name free.
  lane->worker.Post({place,
                     [this, lane, name, request = std::move(request)] {
                       Outcome outcome = lane->calls.Call(request);
                       LeaveLane(*lane, name);
                       return outcome;
                     },
                     [this, id](const Outcome& outcome) { Conclude(id, outcome); }});
}

// An SDK that leaks threads gets here; it must not take the host with it.
Dispatcher::Lanes::iterator Dispatcher::OpenLane(const std::string& name) {
  try {
    return lanes_.emplace(name, std::make_unique<Lane>(name, sdk_, lane_width_)).first;
  } catch (const std::system_error&) {
    return lanes_.end();
  }
}

void Dispatcher::LeaveLane(Lane& lane, const std::string& name) {
  std::lock_guard lock(mutex_);
  lane.exists = lane.calls.exists();
  if (--lane.pending > 0 || lane.exists) return;
  const auto found = lanes_.find(name);
  SEEP_CHECK(found != lanes_.end() && found->second.get() == &lane) << name;
  lane.worker.Finish();
  retired_.push_back(std::move(found->second));
  lanes_.erase(found);
}

void Dispatcher::RunOnHost(Request request) {
  ++in_flight_;
  host_worker_->Post(
      [this, request = std::move(request)] { Conclude(request.id, CallHost(request)); });
}

Outcome Dispatcher::CallHost(const Request& request) {
  try {
    return CallWithoutInstance(sdk_, request);
  } catch (const std::exception& failure) {
    return MakeCallError(ErrorKind::kInternalError, absl::StrCat("the SDK threw: ", failure.what()),
                         failure.what());
  }
}

Outcome Dispatcher::Metrics() {
  try {
    return MetricsText(sdk_.Metrics());
  } catch (const std::exception& failure) {
    return MakeCallError(ErrorKind::kInternalError, absl::StrCat("the SDK threw: ", failure.what()),
                         failure.what());
  }
}

void Dispatcher::Conclude(std::int64_t id, const Outcome& outcome) {
  const auto* error = std::get_if<driver::CallError>(&outcome);
  if (error && error->code == static_cast<std::int64_t>(ErrorKind::kFatal)) fatal_ = true;
  --in_flight_;
  Answer(id, outcome);
}

void Dispatcher::Answer(std::int64_t id, const Outcome& outcome) {
  output_.SendAnswer(EncodeOutcome(id, outcome));
}

void Dispatcher::Refuse(std::int64_t id, ErrorKind kind, std::string_view message) {
  output_.SendAnswer(driver::EncodeError(id, MakeCallError(kind, message)));
}

void Dispatcher::ReapLanes() {
  std::vector<std::unique_ptr<Lane>> retired;
  {
    std::lock_guard lock(mutex_);
    retired.swap(retired_);
  }
}

bool Dispatcher::Close(absl::Duration limit) {
  const absl::Time deadline = absl::Now() + limit;
  std::vector<Lane*> open;
  {
    std::lock_guard lock(mutex_);
    for (auto& [name, lane] : lanes_) {
      ++lane->pending;
      open.push_back(lane.get());
      lane->worker.Post({CallLane::Place::kAlone,
                         [this, lane = lane.get(), name = name] {
                           lane->calls.Close();
                           LeaveLane(*lane, name);
                           return Outcome();
                         },
                         [](const Outcome&) {}});
    }
  }
  // A lane that leaves is only retired, not freed: nobody reaps but us.
  bool all_done = std::all_of(open.begin(), open.end(), [&](Lane* lane) {
    return lane->worker.WaitUntilDone(std::max(deadline - absl::Now(), absl::ZeroDuration()));
  });
  if (host_worker_) {
    host_worker_->Finish();
    all_done =
        host_worker_->WaitUntilDone(std::max(deadline - absl::Now(), absl::ZeroDuration())) &&
        all_done;
  }
  return all_done;
}

}  // namespace seep::driver_host
