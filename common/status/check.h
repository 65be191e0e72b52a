// SEEP_CHECK(condition) << "context": a bug of ours ends the process with a
// message and the place. Never for what input or the world can cause.
#ifndef SEEP_COMMON_STATUS_CHECK_H_
#define SEEP_COMMON_STATUS_CHECK_H_

#include <sstream>

namespace seep::internal {

class CheckFailure {
 public:
  CheckFailure(const char* file, int line, const char* condition);
  [[noreturn]] ~CheckFailure();
  std::ostream& stream() { return message_; }

 private:
  std::ostringstream message_;
};

// Makes the streamed expression void, so that both arms of ?: agree.
struct Voidify {
  void operator&(std::ostream&) const {}
};

}  // namespace seep::internal

#define SEEP_CHECK(condition)                             \
  (condition) ? (void)0                                   \
              : ::seep::internal::Voidify() &             \
                    ::seep::internal::CheckFailure(__FILE__, __LINE__, #condition).stream()

#endif  // SEEP_COMMON_STATUS_CHECK_H_
