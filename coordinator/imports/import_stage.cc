#include "coordinator/imports/import_stage.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/checksum/crc32c.h"
#include "common/os/files.h"
#include "common/os/random.h"
#include "common/status/status_macros.h"

namespace seep::coordinator {
namespace {

constexpr char kPartial[] = ".partial", kSealed[] = ".sealed";
constexpr std::size_t kHeaderBytes = 9;
constexpr std::size_t kBufferBytes = 256 * 1024;
constexpr std::size_t kMaxMessageBytes = 8 << 20;  // above what the transport takes

bool IsBatchAlone(const v1::ImportRunsRequest& message) {
  return message.has_batch() && !message.has_header() && !message.has_run() && !message.has_end() && !message.has_artefact() &&
         !message.has_campaign() && message.generations_size() + message.faults_size() + message.events_size() + message.logs_size() == 0 &&
         message.invalid().empty();
}

void PutWord(std::string& out, std::uint32_t word) {
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(word >> shift));
}
std::uint32_t WordAt(const char* bytes) {
  std::uint32_t word = 0;
  for (int i = 3; i >= 0; --i) word = (word << 8) | static_cast<unsigned char>(bytes[i]);
  return word;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ImportStage>> ImportStage::Create(const std::string& directory) {
  SEEP_RETURN_IF_ERROR(MakeDirectories(directory, 0700));
  const std::string path = absl::StrCat(directory, "/", absl::Hex(EntropySeed(), absl::kZeroPad16));
  UniqueFd file(open((path + kPartial).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid()) return ErrnoStatus(errno, absl::StrCat("creating ", path, kPartial));
  return std::unique_ptr<ImportStage>(new ImportStage(path, std::move(file)));
}

ImportStage::~ImportStage() {
  if (!sealed_) unlink((path_ + kPartial).c_str());
}

absl::Status ImportStage::Append(const v1::ImportRunsRequest& message) {
  const std::string bytes = message.SerializeAsString();
  PutWord(buffer_, static_cast<std::uint32_t>(bytes.size()));
  PutWord(buffer_, Crc32c(bytes));
  buffer_.push_back(IsBatchAlone(message) ? 1 : 0);
  buffer_ += bytes;
  bytes_ += kHeaderBytes + bytes.size();
  if (bytes_ > kMaxBytes) {
    return absl::ResourceExhaustedError(absl::StrCat("more than ", kMaxBytes >> 30, " GiB of samples; import the recording in parts"));
  }
  return buffer_.size() < kBufferBytes ? absl::OkStatus() : Flush();
}

absl::Status ImportStage::Flush() {
  std::size_t done = 0;
  while (done < buffer_.size()) {
    const ssize_t wrote = write(file_.get(), buffer_.data() + done, buffer_.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return ErrnoStatus(errno, absl::StrCat("keeping the import in ", path_));
    done += static_cast<std::size_t>(wrote);
  }
  buffer_.clear();
  return absl::OkStatus();
}

absl::StatusOr<std::string> ImportStage::Seal() {
  SEEP_RETURN_IF_ERROR(Flush());
  std::error_code error;
  const auto space = std::filesystem::space(path_.substr(0, path_.rfind('/')), error);
  // The store takes about as much as the stage at first; columns are smaller later.
  if (!error && space.available < bytes_ + bytes_ / 2) {
    return absl::ResourceExhaustedError(absl::StrCat("the import needs about ", (bytes_ + bytes_ / 2) >> 20, " MiB beside ", bytes_ >> 20,
                                                     " MiB of its own, and ", path_, " has room for ", space.available >> 20, " MiB; make room"));
  }
  if (fsync(file_.get()) != 0) return ErrnoStatus(errno, absl::StrCat("keeping the import in ", path_));
  file_.reset();
  const std::string sealed = path_ + kSealed;
  if (std::rename((path_ + kPartial).c_str(), sealed.c_str()) != 0) return ErrnoStatus(errno, absl::StrCat("renaming onto ", sealed));
  sealed_ = true;
  const UniqueFd directory(open(path_.substr(0, path_.rfind('/')).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.valid() && fsync(directory.get()) != 0) return ErrnoStatus(errno, "keeping the import's name");
  return sealed;
}

absl::StatusOr<StageReader> StageReader::Open(const std::string& path) {
  UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return ErrnoStatus(errno, absl::StrCat("opening ", path));
  return StageReader(path, std::move(file));
}

absl::StatusOr<std::size_t> StageReader::Read(char* to, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = read(file_.get(), to + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoStatus(errno, absl::StrCat("reading ", path_));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

absl::StatusOr<bool> StageReader::Next(Batches batches, v1::ImportRunsRequest& message) {
  const absl::Status damaged = absl::DataLossError(absl::StrCat(path_, ": the kept import is damaged; remove the file and import again"));
  while (true) {
    char header[kHeaderBytes];
    SEEP_ASSIGN_OR_RETURN(const std::size_t got, Read(header, kHeaderBytes));
    if (got == 0) return false;
    const std::uint32_t size = WordAt(header);
    if (got < kHeaderBytes || size > kMaxMessageBytes) return damaged;
    if (batches == Batches::kSkip && header[8] == 1) {
      if (lseek(file_.get(), size, SEEK_CUR) < 0) return ErrnoStatus(errno, absl::StrCat("reading ", path_));
      continue;
    }
    bytes_.resize(size);
    SEEP_ASSIGN_OR_RETURN(const std::size_t read, Read(bytes_.data(), size));
    if (read < size || Crc32c(bytes_) != WordAt(header + 4) || !message.ParseFromString(bytes_)) return damaged;
    return true;
  }
}

std::vector<std::string> SealedStages(const std::string& directory) {
  std::vector<std::string> sealed;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string path = entry.path().string();
    if (absl::EndsWith(path, kPartial)) unlink(path.c_str());
    if (absl::EndsWith(path, kSealed)) sealed.push_back(path);
  }
  std::sort(sealed.begin(), sealed.end());
  return sealed;
}

}  // namespace seep::coordinator
