// Cleans up after an embedded run whose CLI was killed.
//
// A process of its own (`seep embedded-janitor DIRECTORY`) that reads its
// standard input until it ends, which it does when the CLI ends, however that
// came. Lines name the processes that must be gone first. It then removes the
// private directory.
#ifndef SEEP_CLI_EMBEDDED_JANITOR_H_
#define SEEP_CLI_EMBEDDED_JANITOR_H_

#include <string>

#include "common/os/child_process.h"

namespace seep::cli {

inline constexpr char kJanitorCommand[] = "embedded-janitor";

// In the CLI: `janitor` is to wait for `member` as well.
void TellJanitor(ChildProcess& janitor, const ChildProcess& member);

// In the janitor. Members get `grace` seconds to end by themselves (their own
// standard inputs have ended too), then their trees are killed. Returns the
// exit code. Refuses a directory that is not of an embedded run.
int RunJanitor(const std::string& directory, int input_fd, int grace_seconds = 30);

}  // namespace seep::cli

#endif  // SEEP_CLI_EMBEDDED_JANITOR_H_
