"""The matrix of faults: every named crash point and every call's every fault, each case judged by what the trackers hold."""
