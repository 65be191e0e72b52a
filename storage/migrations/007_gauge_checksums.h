// Version 7: checksums of what gives values their names.
#ifndef SEEP_STORAGE_MIGRATIONS_007_GAUGE_CHECKSUMS_H_
#define SEEP_STORAGE_MIGRATIONS_007_GAUGE_CHECKSUMS_H_

namespace seep::storage {

extern const char kGaugeChecksums[];

}  // namespace seep::storage

#endif  // SEEP_STORAGE_MIGRATIONS_007_GAUGE_CHECKSUMS_H_
