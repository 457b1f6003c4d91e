"""What is measured, and at which sizes: questions beside bare SQL, callbacks, the browser, start and memory."""
