// Signals as something to wait for, instead of handlers.
#ifndef SEEP_COMMON_OS_SIGNALS_H_
#define SEEP_COMMON_OS_SIGNALS_H_

#include <initializer_list>

#include "common/os/unique_fd.h"

namespace seep {

// Blocks `signals` in this thread and all that it starts later, and returns a
// descriptor from which ReadSignal takes them. Call first thing in main,
// before any other thread exists. SIGPIPE is ignored as well.
UniqueFd CatchSignals(std::initializer_list<int> signals);

// The next pending signal, 0 when none.
int ReadSignal(const UniqueFd& signals);

}  // namespace seep

#endif  // SEEP_COMMON_OS_SIGNALS_H_
