# signal: sending, queueing, delivering.
quire_SOURCES += %D%/action.c %D%/deliver.c %D%/fatal_report.c %D%/info.c %D%/kill.c %D%/mask.c %D%/names.c %D%/queue.c \
	%D%/send.c %D%/signalfd.c %D%/stop.c
