/* vloop.h: simulation's time is the program's own virtual loop (base/vloop.c), which `espial eem test` runs by too. */
#ifndef ESPIAL_TESTS_SIM_VLOOP_H
#define ESPIAL_TESTS_SIM_VLOOP_H

#include "espial/vloop.h"
#endif
