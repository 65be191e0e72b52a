#include "agent/runs/run_profiles.h"

#include <unistd.h>
#include <zstd.h>

#include <filesystem>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/os/files.h"

namespace seep::agent {
namespace {

constexpr absl::Duration kFetchWithin = absl::Seconds(30);
constexpr std::size_t kMaxDump = 512u << 20;
constexpr int kFastCompression = 1;

struct Wanted {
  const char* kind;
  const char* path;  // below the endpoint
};
// gc=1: what is reachable, not what waits to be collected.
constexpr Wanted kWanted[] = {{"heap", "heap?gc=1"}, {"goroutine", "goroutine"}};

std::string Extension(const std::string& format) {
  if (format == "pprof") return "pb.gz";
  if (format == "v8-heapsnapshot") return "heapsnapshot.zst";
  return format == "jemalloc" ? "jeprof.zst" : "txt.zst";
}

absl::StatusOr<std::string> Compressed(const std::string& plain) {
  std::string out(ZSTD_compressBound(plain.size()), '\0');
  const std::size_t size = ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), kFastCompression);
  if (ZSTD_isError(size)) return absl::InternalError(ZSTD_getErrorName(size));
  out.resize(size);
  return out;
}

}  // namespace

RunProfiles::RunProfiles(EventLoop& loop, std::string run_id, const std::string& run_directory, std::string pprof_url, Ports ports)
    : loop_(loop), run_id_(std::move(run_id)), pprof_url_(std::move(pprof_url)), shelf_(run_directory), ports_(std::move(ports)),
      worker_(loop) {}

v1::Artefact RunProfiles::Describe(const std::string& kind, const std::string& format, const std::string& reason,
                                   std::uint32_t generation) {
  v1::Artefact artefact;
  artefact.set_run_id(run_id_);
  artefact.set_name(absl::StrFormat("%02d-%s-%s.%s", ++taken_, kind, reason, Extension(format)));
  artefact.set_kind(kind);
  artefact.set_format(format);
  artefact.set_reason(reason);
  artefact.set_generation(generation);
  artefact.set_at_ms(ports_.now_ms());
  artefact.set_wall_us(loop_.clock().WallNow().micros());
  return artefact;
}

void RunProfiles::Begin(const std::string& reason, std::uint32_t generation, std::function<void()> done) {
  auto left = std::make_shared<int>(static_cast<int>(std::size(kWanted)));
  for (const Wanted& wanted : kWanted) {
    HttpRequest request;
    const auto url = ParseUrl(absl::StrCat(pprof_url_, absl::EndsWith(pprof_url_, "/") ? "" : "/", wanted.path));
    if (url.ok()) request.url = *url;
    request.timeout = kFetchWithin;
    request.max_answer = ArtefactShelf::kMaxBytes;
    v1::Artefact artefact = Describe(wanted.kind, "pprof", reason, generation);
    worker_.Ask(std::move(request), [this, artefact = std::move(artefact), left, done](const absl::StatusOr<HttpAnswer>& answer) {
      OnAnswer(artefact, answer);
      if (--*left == 0 && done) done();
    });
  }
}

Async<void> RunProfiles::TakeAndWait(std::string reason, std::uint32_t generation) {
  CallbackAwaiter<bool> taken([&](std::function<void(bool)> done) {
    Begin(reason, generation, [done = std::move(done)] { done(true); });
  });
  co_await taken;
}

void RunProfiles::OnAnswer(v1::Artefact artefact, const absl::StatusOr<HttpAnswer>& answer) {
  std::string trouble;
  if (!answer.ok()) trouble = std::string(answer.status().message());
  else if (answer->status != 200) trouble = absl::StrCat("HTTP ", answer->status);
  else if (answer->body.empty()) trouble = "the profile is empty";
  if (!trouble.empty()) {
    return ports_.note(absl::StrCat("no ", artefact.kind(), " profile (", artefact.reason(), ") from ", pprof_url_, ": ", trouble));
  }
  Keep(std::move(artefact), answer->body);
}

void RunProfiles::Keep(v1::Artefact artefact, std::string_view content) {
  const std::string name = artefact.name();
  const absl::Status kept = shelf_.Put(std::move(artefact), content);
  if (!kept.ok()) return ports_.note(absl::StrCat(name, " is not kept: ", std::string(kept.message())));
  ports_.note(absl::StrCat("kept ", name, ", ", content.size(), " bytes"));
  ports_.kept();
}

void RunProfiles::KeepDump(const LivingTarget::HeapDump& dump, const std::string& directory, std::uint32_t generation) {
  // A host is not trusted to name any file of this machine, nor a link to one.
  std::error_code error;
  const auto real = std::filesystem::canonical(dump.path, error);
  const bool inside = !error && absl::StartsWith(real.string(), std::filesystem::canonical(directory, error).string() + "/") &&
                      std::filesystem::is_regular_file(real, error);
  if (!inside) return ports_.note("the heap dump is not kept: it is no file inside the directory that the host was given");
  const auto plain = ReadFile(real.string(), kMaxDump);
  unlink(real.c_str());
  if (!plain.ok()) return ports_.note(absl::StrCat("the heap dump is not kept: ", std::string(plain.status().message())));
  const bool compressed_already = dump.format == "pprof";
  const std::string format = dump.format == "pprof" || dump.format == "v8-heapsnapshot" || dump.format == "jemalloc" ? dump.format : "text";
  v1::Artefact artefact = Describe("heap_dump", format, "end", generation);
  if (compressed_already) return Keep(std::move(artefact), *plain);
  const auto packed = Compressed(*plain);
  if (!packed.ok()) return ports_.note(absl::StrCat("the heap dump is not kept: ", std::string(packed.status().message())));
  Keep(std::move(artefact), *packed);
}

}  // namespace seep::agent
