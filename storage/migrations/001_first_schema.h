// Version 1: campaigns, runs, streams of samples, and what happened to them.
#ifndef SEEP_STORAGE_MIGRATIONS_001_FIRST_SCHEMA_H_
#define SEEP_STORAGE_MIGRATIONS_001_FIRST_SCHEMA_H_

namespace seep::storage {

extern const char kFirstSchema[];

}  // namespace seep::storage

#endif  // SEEP_STORAGE_MIGRATIONS_001_FIRST_SCHEMA_H_
