"""What learns: `select` turns stored episodes into conversations to train on."""
