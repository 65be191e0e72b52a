#include "common/os/loopback.h"

#include <gtest/gtest.h>

namespace seep {
namespace {

TEST(LoopbackTest, KnowsWhatStaysHere) {
  for (const char* host : {"localhost", "127.0.0.1", "127.255.255.254", "::1", "[::1]"}) EXPECT_TRUE(IsLoopbackHost(host)) << host;
}

TEST(LoopbackTest, TrustsNoNameOrLookAlike) {
  for (const char* host : {"", "0.0.0.0", "128.0.0.1", "127.evil.example", "127.0.0.1.evil.example", "127evil", "127.1", "::",
                           "[::]", "[]", "localhost.evil.example", "::ffff:127.0.0.1", "127.0.0.1 ", "dns:///127.0.0.1"}) {
    EXPECT_FALSE(IsLoopbackHost(host)) << host;
  }
}

}  // namespace
}  // namespace seep
