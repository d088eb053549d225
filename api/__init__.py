"""The doors: HTTP routes, command line, worker, web page and the composition root; floor 5. It decides nothing."""
