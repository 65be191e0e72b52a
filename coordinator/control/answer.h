// How an operation answers, without knowing the transport.
//
// Threads: coordinator loop.
#ifndef SEEP_COORDINATOR_CONTROL_ANSWER_H_
#define SEEP_COORDINATOR_CONTROL_ANSWER_H_

#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"

namespace seep::coordinator {

// Called once; later or at once.
template <typename Response>
using Answer = absl::AnyInvocable<void(absl::StatusOr<Response>)>;

// A stream of responses to one caller, written at the caller's pace.
template <typename Response>
class StreamPort {
 public:
  virtual ~StreamPort() = default;
  // One write is under way at a time. `written` runs on the loop: true once the
  // transport took it and has room for more, false when the caller is gone.
  virtual void Write(Response response, absl::AnyInvocable<void(bool)> written) = 0;
  virtual void Finish(absl::Status status) = 0;  // last call
  virtual bool cancelled() const = 0;
};
template <typename Response>
using Stream = std::shared_ptr<StreamPort<Response>>;

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_CONTROL_ANSWER_H_
