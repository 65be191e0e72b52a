// Gives free space of the file back to the file system.
//
// Threads: as said at each.
// Failure: as sqlite/error.h.
#ifndef SEEP_STORAGE_UPKEEP_FREE_SPACE_H_
#define SEEP_STORAGE_UPKEEP_FREE_SPACE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/sqlite/database.h"

namespace seep::storage {

// The writer's thread, in its transaction: at most `pages` free ones leave the
// end of the file, which is that much shorter after the next checkpoint. False:
// there are none left, or the file (of version 3 or before) cannot shrink so.
absl::StatusOr<bool> ReleasePages(sqlite::Database& db, int pages);

// Whether ReleasePages can do anything; else Rewrite makes it so, for good.
absl::StatusOr<bool> CanShrink(sqlite::Database& db);

// Any other thread, with a connection of its own: takes the WAL into the file and
// cuts it to nothing. The writer waits meanwhile; at most the busy time-out of
// sqlite/database.h, after which it is left for the next time.
absl::Status TruncateWal(const std::string& path);

// Any other thread: writes the file anew. Everything waits, and it needs the same
// space on disk again. Not while runs are open.
absl::Status Rewrite(const std::string& path);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_UPKEEP_FREE_SPACE_H_
