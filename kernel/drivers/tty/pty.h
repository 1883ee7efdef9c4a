/*
 * Pseudo-terminals: /dev/ptmx and /dev/pts (pty(7)).
 */
#pragma once

void pty_init(void);
