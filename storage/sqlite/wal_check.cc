#include "storage/sqlite/wal_check.h"

#include <fcntl.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/os/unique_fd.h"

namespace seep::sqlite {
namespace {

constexpr std::size_t kHeaderBytes = 32;
constexpr std::size_t kFrameHeaderBytes = 24;
constexpr std::uint32_t kMagic = 0x377f0682;  // its last bit: checksums of big-endian words

std::uint32_t Big(const unsigned char* p) {
  return std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 | p[3];
}
std::uint32_t Little(const unsigned char* p) {
  return std::uint32_t{p[3]} << 24 | std::uint32_t{p[2]} << 16 | std::uint32_t{p[1]} << 8 | p[0];
}

struct Checksum {
  std::uint32_t a = 0, b = 0;
  friend bool operator==(const Checksum&, const Checksum&) = default;

  void Add(const unsigned char* bytes, std::size_t size, bool big_endian) {
    for (std::size_t i = 0; i + 8 <= size; i += 8) {
      a += (big_endian ? Big(bytes + i) : Little(bytes + i)) + b;
      b += (big_endian ? Big(bytes + i + 4) : Little(bytes + i + 4)) + a;
    }
  }
};

std::uint64_t Salts(const unsigned char* p) { return std::uint64_t{Big(p)} << 32 | Big(p + 4); }

// What one pass over the frames needs to know.
class WalWalk {
 public:
  explicit WalWalk(const unsigned char* header) {
    const std::uint32_t magic = Big(header);
    big_endian_ = (magic & 1) != 0;
    Checksum sum;
    sum.Add(header, kFrameHeaderBytes, big_endian_);
    stated_ = {Big(header + 24), Big(header + 28)};
    salts_ = Salts(header + 16);
    header_sound_ = (magic & ~1u) == kMagic && sum == stated_;
    // SQLite writes checksums as the machine has its words.
    if (!header_sound_) big_endian_ = std::endian::native == std::endian::big;
  }
  bool header_sound() const { return header_sound_; }

  void Take(const unsigned char* frame, std::size_t page_size) {
    ++frames_;
    Checksum sum = stated_;
    sum.Add(frame, 8, big_endian_);
    sum.Add(frame + kFrameHeaderBytes, page_size, big_endian_);
    stated_ = {Big(frame + 16), Big(frame + 20)};
    const std::uint64_t salts = Salts(frame + 8);
    // Without its header a WAL is known by the salts of its first frame.
    if (!header_sound_ && frames_ == 1) salts_ = salts;
    const bool agrees = salts == salts_ && sum == stated_;
    if (damage_.frame == 0 && (!agrees || !header_sound_)) damage_.frame = frames_;
    // Frames of an earlier use of the file have other salts.
    if (damage_.frame == 0 || salts != salts_) return;
    later_agree_ = later_agree_ || (agrees && frames_ != damage_.frame);
    damage_.commits_lost += Big(frame + 4) != 0 ? 1 : 0;
  }

  // A bad frame with nothing behind it is the end that a crash leaves.
  WalDamage damage() const { return later_agree_ || damage_.commits_lost > 0 ? damage_ : WalDamage(); }

 private:
  bool big_endian_ = false;
  bool header_sound_ = false;
  std::uint64_t salts_ = 0;
  Checksum stated_;  // of the header or the frame before
  std::uint64_t frames_ = 0;
  bool later_agree_ = false;
  WalDamage damage_;
};

bool IsPageSize(std::uint32_t size) { return size >= 512 && size <= 65536 && (size & (size - 1)) == 0; }

// As the database's own header has it; 0 if it has none.
std::uint32_t PageSizeOf(const std::string& database) {
  UniqueFd fd(open(database.c_str(), O_RDONLY | O_CLOEXEC));
  unsigned char field[2];
  if (!fd.valid() || pread(fd.get(), field, sizeof field, 16) != static_cast<ssize_t>(sizeof field)) return 0;
  const std::uint32_t size = std::uint32_t{field[0]} << 8 | field[1];
  return size == 1 ? 65536 : size;
}

}  // namespace

absl::StatusOr<WalDamage> CheckWal(const std::string& database) {
  const std::string path = absl::StrCat(database, "-wal");
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) {
    if (errno == ENOENT) return WalDamage();
    return ErrnoStatus(errno, absl::StrCat("open ", path));
  }
  unsigned char header[kHeaderBytes];
  if (pread(fd.get(), header, sizeof header, 0) != static_cast<ssize_t>(sizeof header)) return WalDamage();
  WalWalk walk(header);
  const std::uint32_t page_size = walk.header_sound() ? Big(header + 8) : PageSizeOf(database);
  if (!IsPageSize(page_size)) return WalDamage();  // opening the database will say more
  std::vector<unsigned char> frame(kFrameHeaderBytes + page_size);
  off_t at = kHeaderBytes;
  while (pread(fd.get(), frame.data(), frame.size(), at) == static_cast<ssize_t>(frame.size())) {
    walk.Take(frame.data(), page_size);
    at += static_cast<off_t>(frame.size());
  }
  return walk.damage();
}

}  // namespace seep::sqlite
