"""What vehicles emit: response to cruise, stop and idle, fleet mix, soot share, winter, uncertainty."""
