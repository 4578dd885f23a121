/*
 * pyrit.h - PyRIT's attack results (0.10 to 1.x; a JSON array or JSON Lines) and the conversations
 * that 0.9 and older export.
 *
 * One attempt an attack, or in conversations a scored answer. The rule is pyrit/<the objective, or
 * the harm categories where they are named>/<scorer>; attack and converters are labels. An outcome
 * that is an error or undetermined is not judged. The model is the target's model name, else the
 * kind of target. A result holds the objective, not what was sent: that stands as the prompt. A
 * scorer of refusals says the opposite of the others.
 *
 * Measured is the attack success rate by model. Conversations need the memory of their prompts.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_PYRIT_H
#define TOCSIN_PRODUCER_REPORTS_PYRIT_H

#include "producer/reports/report.h"

extern const struct report_ops report_pyrit, report_pyrit_lines, report_pyrit_conversations;

#endif
