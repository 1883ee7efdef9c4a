# shellcheck shell=bash
# ./quire report
help_if_asked "$@" <<'HELP'
usage: ./quire report

Prints the lengths that docs and reviews speak of: functions and files of kernel/ (median, 95th
percentile, the ten longest) and the lines of each room.
HELP
exec "$top/tools/report"
