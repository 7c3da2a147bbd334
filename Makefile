.PHONY: start stop update test repeat bench

# All of Paylink on this machine; Ctrl-C ends it.
start:
	@python3 -E -s tests/local start

# Ends a stack that was started with --detach.
stop:
	@python3 -E -s tests/local stop

# Puts edited functions into the running stack: make update FUNCTION=platform-create-user
update:
	@python3 -E -s tests/local update $(FUNCTION)

test:
	@python3 -E -s tests/local test

# The tests many times, to find those that do not always pass: make repeat RUNS=50, with
# LATE=1500 on a running stack whose workers are late on purpose
repeat:
	@python3 -E -s tests/local repeat $(RUNS) $(if $(LATE),--late $(LATE))

# What every function weighs, how it starts, what a call costs; needs valgrind. Fails over budget.
bench:
	@python3 -E -s tests/bench
