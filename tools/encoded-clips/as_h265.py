"""Encodes a clip in H.265 as a camera would send it: no B-frames, a key frame each two seconds, a steady bit rate.

    pip install av
    python3 tools/encoded-clips/as_h265.py IN.mp4 OUT.mp4 MEGABITS
"""

import sys

import av


def main(source, target, megabits):
    kilobits = int(float(megabits) * 1000)
    with av.open(source) as clip, av.open(target, "w", options={"movflags": "+faststart"}) as file:
        video = clip.streams.video[0]
        every = round(2 * video.average_rate)
        parameters = (
            f"keyint={every}:min-keyint={every}:scenecut=0:bframes=0:open-gop=0:log-level=none"
            f":vbv-maxrate={kilobits}:vbv-bufsize={kilobits}"
        )
        stream = file.add_stream("libx265", rate=video.average_rate, options={"x265-params": parameters, "preset": "superfast"})
        stream.width, stream.height, stream.pix_fmt = video.width, video.height, "yuv420p"
        stream.bit_rate = kilobits * 1000
        for frame in clip.decode(video):
            frame.pict_type = av.video.frame.PictureType.NONE
            for packet in stream.encode(frame):
                file.mux(packet)
        for packet in stream.encode():
            file.mux(packet)


main(*sys.argv[1:])
