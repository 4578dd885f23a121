/*
 * agentdojo.h - AgentDojo's runs: a folder with a JSON file for each task under each attack.
 *
 * Each file is one attempt; all files of one call are one run. The rule is
 * agentdojo/<suite>.<injection task>/<attack>, the model the pipeline's name. `security` true means
 * that the injection succeeded, but only under an attack: runs without one (attack_type null, and
 * injection tasks run by themselves) try nothing. A run with an error evaluated nothing, whatever
 * it says of security.
 *
 * No measurements: a file knows only of itself; the run's coverage has attempts and failures.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_AGENTDOJO_H
#define TOCSIN_PRODUCER_REPORTS_AGENTDOJO_H

#include "producer/reports/report.h"

extern const struct report_ops report_agentdojo;

#endif
