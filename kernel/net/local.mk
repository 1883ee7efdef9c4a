# Sources of the room net: one line "quire_SOURCES += %D%/FILE" each.
quire_SOURCES += %D%/net.c
quire_SOURCES += %D%/socket.c
quire_SOURCES += %D%/socket_call.c
quire_SOURCES += %D%/socket_control.c
quire_SOURCES += %D%/socket_option.c
quire_SOURCES += %D%/socket_settings.c
