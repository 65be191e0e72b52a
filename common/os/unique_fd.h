// A file descriptor with one owner, closed when the owner goes.
#ifndef SEEP_COMMON_OS_UNIQUE_FD_H_
#define SEEP_COMMON_OS_UNIQUE_FD_H_

#include <unistd.h>

#include <utility>

namespace seep {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  ~UniqueFd() { reset(); }
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

}  // namespace seep

#endif  // SEEP_COMMON_OS_UNIQUE_FD_H_
