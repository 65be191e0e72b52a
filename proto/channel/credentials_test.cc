#include "proto/channel/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/os/files.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"

namespace seep {
namespace {

using ::seep::testing::StatusIs;
using ::testing::HasSubstr;

TEST(Credentials, AreNoneWhereNoFileIsNamed) { EXPECT_OK(ReadCredentials({})); }

TEST(Credentials, NameTheFileThatCannotBeRead) {
  ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-credentials"));
  const std::string ca = directory.path() + "/ca.pem";
  ASSERT_OK(WriteFileAtomically(ca, "-----BEGIN CERTIFICATE-----\n"));
  EXPECT_THAT(ReadCredentials({ca + ".gone", "", "", ""}).status().message(), HasSubstr("ca.pem.gone"));
  EXPECT_THAT(ReadCredentials({ca, ca + ".no-certificate", ca, ""}).status().message(), HasSubstr("no-certificate"));
  EXPECT_OK(ReadCredentials({ca, "", "", ""}));
}

TEST(Credentials, AreNeverClearTextBecauseTheCaIsMissing) {
  EXPECT_THAT(ReadCredentials({"", "/a", "/b", ""}), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("CA")));
}

}  // namespace
}  // namespace seep
