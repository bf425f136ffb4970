using System.Buffers.Binary;
using System.Text;
using Anneal.Pipeline.Report;
using Anneal.Pipeline.Report.TensorBoard;
using Anneal.Trainer.Data.Augment;
using Anneal.Trainer.Data.Images;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Monitors;

namespace Anneal.Tests.Pipeline.Report;

/// <summary>Event files, read by a reader that shares nothing with the writer: its own CRC-32C bit by bit, its own walk over protobuf's wire format.</summary>
internal sealed class TensorBoardTests
{
    private readonly TempFolder _folder = new();
    private readonly ManualClock _clock = new();

    [OneTimeTearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public void Crc_OfTheStandardsCheckString_IsTheStandards() => Assert.That(Crc32C(Encoding.ASCII.GetBytes("123456789")), Is.EqualTo(0xE3069283));

    [Test]
    public void Write_Run_RecordsHoldVersionScalarsAndHistograms()
    {
        string path = _folder["events.out.tfevents.a"];
        using (var log = new TensorBoardLog(path, every: 2, _clock))
        {
            log.On(new LoopEvent.Started(new LoopState(), 4, 1, "simd"));
            log.OnStep(new StepRecord(1, 1, 1, 32, 9, 0.5f));
            log.OnStep(new StepRecord(1, 2, 2, 32, 1.5f, 0.25f));
            log.On(new LoopEvent.EpochDone(new EpochRecord(1, 4, 0.1f, new Metrics { ["loss"] = 1.25 }, new Metrics { ["accuracy"] = 0.75 }), IsBest: true));
            log.On(new LoopEvent.Monitored(Record(4)));
            log.Add("image", 4, new Picture(2, 3, 1, [0, 50, 100, 150, 200, 255]));
        }

        List<Field[]> events = [.. Records(path).Select(Fields)];

        Assert.That(Encoding.UTF8.GetString(events[0].Single(f => f.Number == 3).Bytes), Is.EqualTo("brain.Event:2"));
        Dictionary<string, Field[]> values = events.Skip(1).SelectMany(e => Fields(e.Single(f => f.Number == 5).Bytes)).Select(v => Fields(v.Bytes))
            .ToDictionary(v => Encoding.UTF8.GetString(v.Single(f => f.Number == 1).Bytes));
        Assert.That(values.Keys, Is.EquivalentTo(new[]
        {
            "step/loss", "step/rate", "train/loss", "validation/accuracy", "monitor/gradient_norm", "update_ratio/w", "weights/w", "activations/dense1", "gradients/dense1", "train_sample/auc", "image",
        }));
        Assert.That(Single(values["step/loss"]), Is.EqualTo(1.5f), "every second step");
        Assert.That(Single(values["train/loss"]), Is.EqualTo(1.25f));
        Assert.That(Single(values["validation/accuracy"]), Is.EqualTo(0.75f));
        Assert.That(events[1].Single(f => f.Number == 2).Number64, Is.EqualTo(2UL), "the step");
        Field[] histogram = Fields(values["weights/w"].Single(f => f.Number == 5).Bytes);
        Assert.That(Doubles(histogram.Single(f => f.Number == 7).Bytes).Sum(), Is.EqualTo(4), "every weight is in a bucket");
        double[] limits = Doubles(histogram.Single(f => f.Number == 6).Bytes);
        Assert.That(limits, Is.Ordered.And.Length.EqualTo(Histogram.Bins));
        Assert.That(limits[^1], Is.EqualTo(6));
        Assert.That(Single(values["train_sample/auc"]), Is.EqualTo(0.625f));
        Field[] image = Fields(values["image"].Single(f => f.Number == 4).Bytes);
        Assert.That(image.Where(f => f.Number < 4).Select(f => (f.Number, f.Number64)), Is.EquivalentTo(new[] { (1, 3UL), (2, 2UL), (3, 1UL) }), "height, width, channels");
        byte[] png = image.Single(f => f.Number == 4).Bytes;
        Assert.That(png[..8], Is.EqualTo(new byte[] { 0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10 }));
        Assert.That(Pixels(png), Is.EqualTo(new byte[] { 0, 50, 100, 150, 200, 255 }));
    }

    [Test]
    public void Started_FromACheckpoint_DropsWhatCameAfterIt()
    {
        string path = _folder["events.out.tfevents.b"];
        using (var log = new TensorBoardLog(path, every: 1, _clock))
        {
            log.On(new LoopEvent.Started(new LoopState(), 4, 1, "simd"));
            for (int step = 1; step <= 5; step++)
            {
                log.OnStep(new StepRecord(1, step, step, 32, step, 0.5f));
            }
        }

        // A kill in the middle of a record.
        using (FileStream cut = File.OpenWrite(path))
        {
            cut.SetLength(cut.Length - 3);
        }

        using (var log = new TensorBoardLog(path, every: 1, _clock))
        {
            log.On(new LoopEvent.Started(new LoopState { Step = 3 }, 4, 1, "simd"));
            log.OnStep(new StepRecord(1, 4, 4, 32, 44, 0.5f));
        }

        Assert.That(Records(path).Skip(1).Select(e => Fields(e).Single(f => f.Number == 2).Number64), Is.EqualTo(new ulong[] { 1, 2, 3, 4 }));
    }

    private static MonitorRecord Record(long step)
    {
        TensorStatistics statistics = TensorStatistics.Of([1, 2, 3, 6]);
        return new MonitorRecord(1, step, 4, 1, 2, [new ParameterRecord("w", statistics, statistics, 0.5)], [new LayerRecord("dense1", statistics, statistics, 0, null, null)])
        {
            TrainSample = new Metrics { ["auc"] = 0.625 },
        };
    }

    // A grey image's pixels, decoded by libvips, which the writer does not use.
    private static byte[] Pixels(byte[] png)
    {
        Vips.EnsureStarted();
        var shape = new ImageShape(1, 3, 2);
        byte[] pixels = new byte[6];
        Assert.That(Vips.Decode(png, 1, null, shape, pixels).Shape, Is.EqualTo(shape));
        return pixels;
    }

    private static IEnumerable<byte[]> Records(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        for (int at = 0; at < file.Length;)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)), Is.EqualTo(Mask(Crc32C(file[at..(at + 8)]))), "the length's checksum");
            byte[] data = file[(at + 12)..(at + 12 + length)];
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)), Is.EqualTo(Mask(Crc32C(data))), "the data's checksum");
            yield return data;
            at += 16 + length;
        }
    }

    private static uint Mask(uint crc) => unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8);

    // Bit by bit, with the reflected polynomial of Castagnoli.
    private static uint Crc32C(byte[] data)
    {
        uint crc = 0xffffffff;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
            }
        }

        return ~crc;
    }

    private static Field[] Fields(byte[] message)
    {
        var fields = new List<Field>();
        int at = 0;
        while (at < message.Length)
        {
            ulong tag = Varint(message, ref at);
            int number = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    fields.Add(new Field(number, Varint(message, ref at), []));
                    break;
                case 1:
                    fields.Add(new Field(number, 0, message[at..(at += 8)]));
                    break;
                case 2:
                    int length = (int)Varint(message, ref at);
                    fields.Add(new Field(number, 0, message[at..(at += length)]));
                    break;
                case 5:
                    fields.Add(new Field(number, 0, message[at..(at += 4)]));
                    break;
                case var wire:
                    Assert.Fail($"wire type {wire}");
                    break;
            }
        }

        return [.. fields];
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = message[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }

    private static float Single(Field[] value) => BinaryPrimitives.ReadSingleLittleEndian(value.Single(f => f.Number == 2).Bytes);

    private static double[] Doubles(byte[] packed) => [.. Enumerable.Range(0, packed.Length / 8).Select(i => BinaryPrimitives.ReadDoubleLittleEndian(packed.AsSpan(i * 8)))];

    private sealed record Field(int Number, ulong Number64, byte[] Bytes);
}
