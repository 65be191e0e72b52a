#include "coordinator/rpc/listen_address.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>

#include "common/os/files.h"
#include "common/os/temp_directory.h"
#include "common/os/unique_fd.h"
#include "common/status/status_matchers.h"

namespace seep::coordinator {
namespace {

using ::testing::HasSubstr;
using testing::StatusIs;

TEST(ListenAddress, TellsLoopbackFromTheRest) {
  for (const char* text : {"127.0.0.1:7420", "127.8.8.8:0", "localhost:1", "[::1]:0", "unix:/run/seep.sock"}) {
    ASSERT_OK_AND_ASSIGN(const ListenAddress address, ParseListenAddress(text));
    EXPECT_TRUE(address.IsLoopback()) << text;
  }
  for (const char* text : {"0.0.0.0:7420", "[::]:0", "10.1.2.3:1", "lab.example:1", "127evil.example:1"}) {
    const auto address = ParseListenAddress(text);
    ASSERT_OK(address);
    EXPECT_FALSE(address->IsLoopback()) << text;
  }
}

TEST(ListenAddress, RefusesWhatIsNone) {
  for (const char* text : {"", "7420", ":7420", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "::1:80", "unix:",
                           "unix:relative"}) {
    EXPECT_THAT(ParseListenAddress(text), StatusIs(absl::StatusCode::kInvalidArgument)) << text;
  }
  EXPECT_THAT(ParseListenAddress("unix:/" + std::string(200, 'x')),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("too long")));
}

TEST(ListenAddress, LeavesALiveSocketAndRemovesADeadOne) {
  ASSERT_OK_AND_ASSIGN(const TempDirectory directory, TempDirectory::Create("seep-listen-test"));
  ASSERT_OK_AND_ASSIGN(const ListenAddress address, ParseListenAddress("unix:" + directory.path() + "/below/sock"));
  ASSERT_OK(PrepareListening(address));
  struct stat made {};
  ASSERT_EQ(stat((directory.path() + "/below").c_str(), &made), 0);
  EXPECT_EQ(made.st_mode & 0777, 0700u);
  {
    const UniqueFd fd(socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::strcpy(name.sun_path, address.socket_path.c_str());
    ASSERT_EQ(bind(fd.get(), reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
    ASSERT_EQ(listen(fd.get(), 1), 0);
    EXPECT_THAT(PrepareListening(address), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("already")));
  }
  EXPECT_OK(PrepareListening(address));
  EXPECT_FALSE(FileExists(address.socket_path));
  ASSERT_OK(WriteFileAtomically(address.socket_path, "precious"));
  EXPECT_THAT(PrepareListening(address), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("no socket")));
}

}  // namespace
}  // namespace seep::coordinator
