#include "agent/faucet/http_faucet.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "sdk/driver_protocol/json.h"
#include "sdk/driver_protocol/json_writer.h"

namespace seep::agent {
namespace {

constexpr int kAtOnce = 2;
constexpr std::size_t kMaxWaiting = 64;

std::string BasicAuthorization(const FaucetCredentials& credentials) {
  if (credentials.username.empty() || credentials.password.empty()) return "";
  return "Basic " + absl::Base64Escape(absl::StrCat(credentials.username, ":", credentials.password));
}

std::string GraphQlBody(const std::string& address, std::uint64_t amount_sats) {
  driver::JsonWriter json;
  json.BeginObject().Key("operationName").String("RequestRegtestFunds").Key("variables").BeginObject();
  json.Key("amount_sats").Integer(static_cast<std::int64_t>(amount_sats)).Key("address").String(address).EndObject();
  json.Key("query").String(
      "mutation RequestRegtestFunds($address: String!, $amount_sats: Long!) { request_regtest_funds(input: "
      "{ address: $address, amount_sats: $amount_sats }) { transaction_hash } }");
  json.EndObject();
  return json.Take();
}

}  // namespace

absl::Status JudgeFaucetAnswer(const HttpAnswer& answer) {
  if (answer.status != 200) return absl::UnavailableError(absl::StrCat("HTTP ", answer.status));
  const auto body = driver::Json::Parse(answer.body);
  if (!body.ok()) return absl::UnavailableError("the answer is no JSON");
  const driver::Json* errors = body->Find("errors");
  if (errors != nullptr && errors->array() != nullptr && !errors->array()->empty()) {
    const auto message = errors->array()->front().FindString("message");
    return absl::UnavailableError(absl::StrCat("GraphQL: ", Printable(message.value_or("unnamed error"))));
  }
  const driver::Json* data = body->Find("data");
  const driver::Json* funds = data ? data->Find("request_regtest_funds") : nullptr;
  if (funds == nullptr || funds->is_null()) return absl::UnavailableError("GraphQL: null data");
  return absl::OkStatus();
}

HttpFaucet::HttpFaucet(EventLoop& loop, Url url, FaucetCredentials credentials)
    : loop_(loop), url_(std::move(url)), authorization_(BasicAuthorization(credentials)),
      cancel_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), self_(std::make_shared<HttpFaucet*>(this)) {}

HttpFaucet::~HttpFaucet() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t put = write(cancel_.get(), &one, sizeof one);
  for (std::thread& thread : threads_) thread.join();
  *self_ = nullptr;
  Cancel();
}

void HttpFaucet::Fund(const std::string& address, std::uint64_t amount_sats, std::function<void(absl::Status)> done) {
  if (waiting_.size() >= kMaxWaiting) {
    loop_.Post([done = std::move(done)] { done(absl::ResourceExhaustedError("64 faucet requests wait")); });
    return;
  }
  const std::uint64_t id = ++last_id_;
  waiting_.emplace(id, std::move(done));
  {
    absl::MutexLock lock(&mutex_);
    queue_.push_back({id, GraphQlBody(address, amount_sats)});
  }
  while (threads_.size() < kAtOnce) threads_.emplace_back([this] { Work(); });
}

// The requests under way go on; nobody waits for them any more.
void HttpFaucet::Cancel() {
  for (auto& [id, done] : std::exchange(waiting_, {})) {
    loop_.Post([done = std::move(done)] { done(absl::CancelledError("cancelled")); });
  }
}

void HttpFaucet::Finish(std::uint64_t id, absl::Status status) {
  const auto request = waiting_.extract(id);
  if (!request.empty()) request.mapped()(std::move(status));
}

void HttpFaucet::Work() {
  while (true) {
    HttpRequest post;
    post.url = url_;
    post.method = "POST";
    post.accept = post.content_type = "application/json";
    post.authorization = authorization_;
    std::uint64_t id = 0;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(+[](HttpFaucet* faucet) { return faucet->ending_ || !faucet->queue_.empty(); }, this));
      if (ending_) return;
      id = queue_.front().id;
      post.body = std::move(queue_.front().body);
      queue_.pop_front();
    }
    const auto answer = Exchange(post, cancel_.get());
    absl::Status status = answer.ok() ? JudgeFaucetAnswer(*answer) : answer.status();
    loop_.Post([self = self_, id, status = std::move(status)] {
      if (*self != nullptr) (*self)->Finish(id, status);
    });
  }
}

}  // namespace seep::agent
