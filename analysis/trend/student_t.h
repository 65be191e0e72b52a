// Tail probabilities of Student's t, and their inverse.
#ifndef SEEP_ANALYSIS_TREND_STUDENT_T_H_
#define SEEP_ANALYSIS_TREND_STUDENT_T_H_

namespace seep::analysis {

// P(T > x) with `dof` degrees of freedom. Wallace's normal approximation with
// the (8v+1)/(8v+3) correction: within 0.002 for dof >= 3, and cheap, because
// a posterior asks for thousands.
double StudentTail(double x, double dof);

// x with P(T > x) = p, for p in (0, 0.5].
double StudentQuantile(double p, double dof);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_TREND_STUDENT_T_H_
