// Users' SQL, each query in a child process of its own (storage/query_worker).
//
// Threads: coordinator loop only.
// Owns:    the queries under way; destroying it kills their processes.
// Bound:   kMaxQueries at once; rows, bytes and time as QueryLimits.
#ifndef SEEP_COORDINATOR_CONTROL_QUERY_DESK_H_
#define SEEP_COORDINATOR_CONTROL_QUERY_DESK_H_

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "common/event_loop/epoll_event_loop.h"
#include "coordinator/control/answer.h"
#include "seep/v1/control.pb.h"
#include "storage/query_worker/query_process.h"

namespace seep::coordinator {

class QueryDesk {
 public:
  static constexpr std::size_t kMaxQueries = 4;

  QueryDesk(EpollEventLoop& loop, std::string worker_binary, std::string database_path)
      : loop_(loop), worker_binary_(std::move(worker_binary)), database_path_(std::move(database_path)) {}

  void Query(const v1::QueryRequest& request, Stream<v1::QueryResponse> stream);

 private:
  struct Running {
    std::unique_ptr<storage::QueryProcess> process;
    Stream<v1::QueryResponse> stream;
    std::deque<v1::QueryResponse> waiting;  // bounded by QueryLimits::max_bytes
    bool writing = false;
    std::optional<absl::Status> done;
  };
  void Pump(std::uint64_t id);

  EpollEventLoop& loop_;
  const std::string worker_binary_;
  const std::string database_path_;
  std::map<std::uint64_t, Running> running_;
  std::uint64_t last_id_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_CONTROL_QUERY_DESK_H_
