/*
 * The protocol families of the room: each registers itself and its settings. => once, at boot, by
 * net_init
 */
#pragma once

void unix_init(void);
