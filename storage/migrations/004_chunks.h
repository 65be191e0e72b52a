// Version 4: samples recoded in chunks, and what each chunk amounts to.
#ifndef SEEP_STORAGE_MIGRATIONS_004_CHUNKS_H_
#define SEEP_STORAGE_MIGRATIONS_004_CHUNKS_H_

namespace seep::storage {

extern const char kChunks[];

}  // namespace seep::storage

#endif  // SEEP_STORAGE_MIGRATIONS_004_CHUNKS_H_
