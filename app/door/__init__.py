"""Between the network and the application: what strangers may hold, send and see."""
