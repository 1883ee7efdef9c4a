# The tests that run in a guest, the script that runs every part, and its commands are part of a release.
EXTRA_DIST += quire .ci tools tests/lib tests/known-failures tests/static tests/linux tests/system tests/smp \
	tests/boot tests/run tests/session tests/bench tests/ports

# Python leaves its compiled modules beside the sources.
dist-hook:
	find $(distdir) -name __pycache__ -type d -exec rm -rf {} +
