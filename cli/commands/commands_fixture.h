// For tests: whole command lines against a fake coordinator, over real gRPC.
#ifndef SEEP_CLI_COMMANDS_COMMANDS_FIXTURE_H_
#define SEEP_CLI_COMMANDS_COMMANDS_FIXTURE_H_

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "cli/arguments/command_line.h"
#include "cli/commands/fake_control_server.h"
#include "cli/commands/session.h"
#include "common/os/unique_fd.h"

namespace seep::cli {

class CommandsTest : public ::testing::Test {
 protected:
  CommandsTest() : interrupt_(eventfd(0, EFD_NONBLOCK)), interruption_(interrupt_.get()) {}

  // Adds --server of the fake unless the arguments name one.
  ExitCode Seep(std::vector<std::string> arguments, const Environment& environment = {}) {
    if (!own_server_) arguments.insert(arguments.end(), {"--server", server_.address()});
    const ParsedCommandLine parsed = ParseCommandLine(arguments, environment);
    if (!parsed.invocation) {
      console_.Err(parsed.text);
      return ExitCode::kUsage;
    }
    Session session{*parsed.invocation, environment, console_, interruption_, "/nonexistent"};
    return RunCommand(session);
  }

  void Interrupt() {
    const std::uint64_t one = 1;
    ASSERT_EQ(write(interrupt_.get(), &one, sizeof one), static_cast<ssize_t>(sizeof one));
  }

  v1::Run AddRun(const std::string& id, v1::RunState state, v1::Verdict verdict, const std::string& name = "payments") {
    v1::Run run;
    run.set_run_id(id);
    run.set_state(state);
    run.set_agent("lab-1");
    run.mutable_spec()->set_name(name);
    run.mutable_spec()->mutable_target()->set_driver("simulated-wallet");
    run.mutable_verdict()->set_verdict(verdict);
    run.mutable_verdict()->set_headline(verdict == v1::VERDICT_LEAK ? "LEAK  rss: grows" : "CLEAN  rss: flat");
    server_.runs.push_back(run);
    *server_.reports[id].mutable_run() = run;
    return run;
  }

  void AddUpdate(const v1::Run& run, v1::RunState state) {
    v1::RunUpdate update;
    *update.mutable_run() = run;
    update.mutable_run()->set_state(state);
    server_.updates.push_back(update);
  }

  FakeControlServer server_;
  bool own_server_ = false;
  UniqueFd interrupt_;
  Interruption interruption_;
  CapturedConsole console_;
};

}  // namespace seep::cli

#endif  // SEEP_CLI_COMMANDS_COMMANDS_FIXTURE_H_
