#include "cli/commands/spec_request.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "cli/spec/spec_edits.h"
#include "common/os/files.h"
#include "common/os/random.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

constexpr std::size_t kMaxSpecBytes = 1 << 20;  // docs/campaign_reference.md, Limits

absl::StatusOr<std::string> ReadStandardInput() {
  std::string text;
  char buffer[65536];
  while (true) {
    const ssize_t got = read(STDIN_FILENO, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoStatus(errno, "standard input");
    if (got == 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
    if (text.size() > kMaxSpecBytes) return absl::InvalidArgumentError("standard input: larger than a campaign may be (1 MiB)");
  }
}

absl::Status ReadSpec(const std::string& path, v1::SubmitCampaignRequest& request) {
  auto text = path == "-" ? ReadStandardInput() : ReadFile(path, kMaxSpecBytes);
  // Whatever keeps the file from being read, it is the command line's mistake.
  if (!text.ok()) return absl::InvalidArgumentError(absl::StrCat("cannot read the campaign: ", text.status().message()));
  request.set_yaml(*std::move(text));
  request.set_file_name(path == "-" ? "standard input" : path);
  return absl::OkStatus();
}

void AddOverride(const SpecEdit& edit, v1::SubmitCampaignRequest& request) {
  auto* added = request.add_overrides();
  added->set_path(edit.path);
  added->set_value(edit.value);
}

absl::Status AddSets(const RunFlags& flags, v1::SubmitCampaignRequest& request) {
  for (const std::string& text : flags.set) {
    SEEP_ASSIGN_OR_RETURN(const SpecEdit edit, ParseSet(text));
    AddOverride(edit, request);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::SubmitCampaignRequest> FileRequest(const RunFlags& flags) {
  v1::SubmitCampaignRequest request;
  SEEP_RETURN_IF_ERROR(ReadSpec(flags.spec, request));
  SEEP_RETURN_IF_ERROR(AddSets(flags, request));
  request.set_idempotency_key(EntropyHex(16));
  return request;
}

absl::StatusOr<v1::SubmitCampaignRequest> RunRequest(Session& session, RunFlags& flags) {
  const bool own = !flags.process.command.empty() || flags.process.load || flags.process.pid_file || flags.process.unit || flags.process.executable;
  if (own && !session.invocation.server.empty()) {
    return absl::InvalidArgumentError(
        "--target: a fleet's agents start only what their own configuration names; give --target process:ENTRY and --load-entry ENTRY, or leave --server out");
  }
  if (!flags.spec.empty()) {
    SEEP_ASSIGN_OR_RETURN(const std::vector<SpecEdit> edits, EditsOfFlags(flags));
    v1::SubmitCampaignRequest request;
    SEEP_RETURN_IF_ERROR(ReadSpec(flags.spec, request));
    for (const SpecEdit& edit : edits) AddOverride(edit, request);
    SEEP_RETURN_IF_ERROR(AddSets(flags, request));
    request.set_idempotency_key(EntropyHex(16));
    return request;
  }
  SEEP_RETURN_IF_ERROR(ApplyMemtestEnvironment(session.environment, flags));
  for (const std::string& note : DropIneffective(flags)) session.console.ErrLine("note: " + note);
  // A fleet's agents hold their own secrets; those of this shell stay here.
  const Environment secrets = session.invocation.server.empty() ? session.environment : Environment();
  SEEP_ASSIGN_OR_RETURN(const std::vector<SpecEdit> whole, WholeSpec(flags, secrets));
  v1::SubmitCampaignRequest request;
  request.set_yaml(ComposeYaml(whole));
  request.set_file_name("flags");
  SEEP_RETURN_IF_ERROR(AddSets(flags, request));
  request.set_idempotency_key(EntropyHex(16));
  return request;
}

std::string PrintableSpec(const v1::SubmitCampaignRequest& request) {
  std::string text = Printable(request.yaml(), true);
  if (!text.empty() && text.back() != '\n') text += '\n';
  for (const auto& edit : request.overrides()) {
    text += fmt::format("# --set {}={}\n", Printable(edit.path()), Printable(edit.value()));
  }
  return text;
}

void SayWarnings(Session& session, const google::protobuf::RepeatedPtrField<std::string>& warnings) {
  for (const std::string& warning : warnings) session.console.ErrLine("warning: " + Printable(warning));
}

}  // namespace seep::cli
