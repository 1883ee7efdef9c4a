# Sources of the room kern: one line "quire_SOURCES += %D%/FILE" each.
