"""Networks: Astana's areas as sources, netconvert, and any `.net.xml` read into intersections."""
