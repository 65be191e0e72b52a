#include "sdk/driver_host/host.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "common/os/signals.h"
#include "common/os/system_clock.h"
#include "sdk/driver_host/dispatcher.h"
#include "sdk/driver_host/output_channel.h"
#include "sdk/driver_host/result_text.h"
#include "sdk/driver_protocol/json_writer.h"
#include "sdk/driver_protocol/line_reader.h"
#include "sdk/driver_protocol/messages.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::driver_host {
namespace {

// Half of R-3.2's ten seconds: the rest is for the system to end us in.
constexpr absl::Duration kCloseLimit = absl::Seconds(5);
constexpr absl::Duration kLastFlushLimit = absl::Seconds(1);
constexpr std::size_t kReadBytes = 64 * 1024;

class OutputNotifier : public Notifier {
 public:
  explicit OutputNotifier(OutputChannel& output) : output_(output) {}

  void SendEvent(std::string_view instance, const Event& event) override {
    driver::JsonWriter params;
    params.BeginObject().Key("instance").String(instance);
    if (!event.listener.empty()) params.Key("listener").String(event.listener);
    params.Key("type").String(event.type);
    if (event.payment) {
      params.Key("payment");
      WritePayment(*event.payment, params);
    }
    if (!event.detail.empty()) params.Key("detail").String(event.detail);
    params.EndObject();
    Send(driver::notification::kEvent, params);
  }

  void SendLog(std::string_view level, std::string_view message) override {
    driver::JsonWriter params;
    params.BeginObject().Key("level").String(level).Key("message").String(message).EndObject();
    Send(driver::notification::kLog, params);
  }

  void SendOutOfBandError(std::string_view message, std::string_view instance) override {
    driver::JsonWriter params;
    params.BeginObject().Key("message").String(message);
    if (!instance.empty()) params.Key("instance").String(instance);
    params.EndObject();
    Send(driver::notification::kOutOfBandError, params);
  }

 private:
  void Send(std::string_view method, const driver::JsonWriter& params) {
    output_.SendNotification(driver::EncodeNotification(method, params.text()));
  }

  OutputChannel& output_;
};

enum class End { kShutdown, kInputGone };

End ServeBytes(std::string_view bytes, driver::LineReader& lines, Dispatcher& dispatcher) {
  lines.Append(bytes);
  while (const auto line = lines.Next()) {
    if (line->too_long) {
      dispatcher.HandleOverlongLine();
    } else if (dispatcher.HandleLine(line->text) == Dispatcher::Next::kShutDown) {
      return End::kShutdown;
    }
  }
  return End::kInputGone;
}

End Serve(const HostDescriptors& descriptors, Dispatcher& dispatcher, OutputChannel& output) {
  driver::LineReader lines;
  char buffer[kReadBytes];
  while (true) {
    // While nobody reads our answers we take no requests, but a hang-up or a
    // SIGTERM must still be noticed.
    const bool room = output.WaitForRoom(absl::Milliseconds(100));
    const short wanted = room ? POLLIN : 0;
    pollfd waits[2] = {{descriptors.input.get(), wanted, 0},
                       {descriptors.signals.get(), POLLIN, 0}};
    if (::poll(waits, 2, room ? -1 : 0) < 0 && errno != EINTR) return End::kInputGone;
    if (waits[1].revents) return End::kInputGone;
    if (!room && waits[0].revents) return End::kInputGone;
    if (!waits[0].revents) continue;
    const ssize_t got = ::read(descriptors.input.get(), buffer, sizeof(buffer));
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) return End::kInputGone;
    if (ServeBytes({buffer, static_cast<std::size_t>(got)}, lines, dispatcher) == End::kShutdown) {
      return End::kShutdown;
    }
  }
}

}  // namespace

HostDescriptors TakeDescriptors() {
  HostDescriptors taken;
  taken.signals = CatchSignals({SIGTERM});
  // Above the standard three, and not for children of the SDK.
  taken.input = UniqueFd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
  taken.output = UniqueFd(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
  const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ::dup2(null.get(), STDIN_FILENO);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  return taken;
}

int RunHost(Sdk& sdk, HostDescriptors descriptors) {
  SystemClock clock;
  OutputChannel output(std::move(descriptors.output), clock);
  OutputNotifier notifier(output);
  Dispatcher dispatcher(sdk, notifier, output);
  const End end = Serve(descriptors, dispatcher, output);
  // Seep is gone: what is open is not worth a second of waiting.
  if (end == End::kInputGone) _exit(0);
  const bool closed = dispatcher.Close(kCloseLimit);
  output.Flush(kLastFlushLimit);
  if (!closed || sdk.HasBackgroundWork()) _exit(0);
  return 0;
}

}  // namespace seep::driver_host
