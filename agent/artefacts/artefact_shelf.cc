#include "agent/artefacts/artefact_shelf.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/checksum/crc32c.h"
#include "common/os/files.h"
#include "common/os/random.h"
#include "common/os/unique_fd.h"
#include "common/status/status_macros.h"

namespace seep::agent {

std::string ArtefactShelf::PathOf(const std::string& key, const char* part) const {
  return absl::StrCat(directory_, "/", key, part);
}

absl::Status ArtefactShelf::Put(v1::Artefact artefact, std::string_view content) const {
  if (content.size() > kMaxBytes) {
    return absl::ResourceExhaustedError(absl::StrCat(artefact.name(), " has ", content.size(), " bytes; at most ", kMaxBytes, " are kept"));
  }
  if (List().size() >= kMaxWaiting) {
    return absl::ResourceExhaustedError(absl::StrCat(kMaxWaiting, " artefacts of the run wait for the coordinator already"));
  }
  SEEP_RETURN_IF_ERROR(MakeDirectories(directory_, 0700));
  artefact.set_key(EntropyHex(8));
  artefact.set_size(content.size());
  artefact.set_crc32c(Crc32c(content));
  SEEP_RETURN_IF_ERROR(WriteFileAtomically(PathOf(artefact.key(), ".data"), content, 0600));
  return WriteFileAtomically(PathOf(artefact.key(), ".artefact"), artefact.SerializeAsString(), 0600);
}

std::vector<v1::Artefact> ArtefactShelf::List() const {
  std::vector<v1::Artefact> artefacts;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, error)) {
    if (entry.path().extension() != ".artefact") continue;
    const auto encoded = ReadFile(entry.path().string(), 64 << 10);
    v1::Artefact artefact;
    if (encoded.ok() && artefact.ParseFromString(*encoded)) artefacts.push_back(std::move(artefact));
  }
  std::sort(artefacts.begin(), artefacts.end(),
            [](const v1::Artefact& a, const v1::Artefact& b) { return std::pair(a.wall_us(), a.name()) < std::pair(b.wall_us(), b.name()); });
  return artefacts;
}

absl::StatusOr<std::string> ArtefactShelf::Read(const v1::Artefact& artefact, std::uint64_t offset, std::size_t most) const {
  const std::string path = PathOf(artefact.key(), ".data");
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return ErrnoStatus(errno, path);
  std::string bytes(most, '\0');
  const ssize_t got = pread(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
  if (got < 0) return ErrnoStatus(errno, path);
  bytes.resize(static_cast<std::size_t>(got));
  return bytes;
}

void ArtefactShelf::Remove(const std::string& key) const {
  unlink(PathOf(key, ".artefact").c_str());
  unlink(PathOf(key, ".data").c_str());
}

}  // namespace seep::agent
