"""The matrix of faults: each named crash point, each call with each fault, judged by what the trackers hold."""
