// For tests: a file system under SQLite in which this process dies, by SIGKILL,
// at its Nth change of a file. Trying N = 1, 2, 3, … kills it at every step that
// anything can be seen of.
//
// Threads: Arm once, before the first database of the process is opened.
#ifndef SEEP_STORAGE_SQLITE_FATAL_VFS_H_
#define SEEP_STORAGE_SQLITE_FATAL_VFS_H_

namespace seep::sqlite {

// Writes, truncations, syncs and removals count, of every database that is
// opened from now on. 0: dies never.
void ArmFatalVfs(int dies_at);
int FatalVfsChanges();  // so far

}  // namespace seep::sqlite

#endif  // SEEP_STORAGE_SQLITE_FATAL_VFS_H_
