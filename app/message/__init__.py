"""What a person wrote to us, told from what machines and mail programs wrote around it. Pure, in linear time."""
