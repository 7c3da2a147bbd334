.PHONY: start stop update test

# All of Paylink on this machine; Ctrl-C ends it.
start:
	@python3 tests/local start

# Ends a stack that was started with --detach.
stop:
	@python3 tests/local stop

# Puts edited functions into the running stack: make update FUNCTION=create-user
update:
	@python3 tests/local update $(FUNCTION)

test:
	@python3 tests/local test
