using Anneal.Onnx;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Proto;
using Anneal.Onnx.Tensors;
using Google.Protobuf;

namespace Anneal.Tests.Onnx.Ir.Format;

public sealed class TensorFormatTests
{
    private static readonly DType[] s_types = [.. Enum.GetValues<DType>().Where(t => t != DType.Undefined)];

    [TestCaseSource(nameof(s_types))]
    public void Read_OfWritten_IsTheSameTensor(DType type)
    {
        Tensor tensor = Sample(type);

        Tensor read = TensorFormat.Read(TensorFormat.ToBytes(tensor, "t"));

        Assert.That(read.ToString(), Is.EqualTo(tensor.ToString()));
        Assert.That(read.Bytes.ToArray(), Is.EqualTo(tensor.Bytes.ToArray()));
        Assert.That(read.Strings, Is.EqualTo(tensor.Strings));
    }

    [TestCase(DType.UInt8)]
    [TestCase(DType.Int8)]
    [TestCase(DType.UInt16)]
    [TestCase(DType.Int16)]
    [TestCase(DType.Int32)]
    [TestCase(DType.Bool)]
    [TestCase(DType.Float16)]
    [TestCase(DType.BFloat16)]
    public void Read_Int32Data_FillsEveryNarrowType(DType type)
    {
        TensorProto proto = Header(type, 2);
        proto.Int32Data.AddRange([1, 0]);

        byte[] expected = new byte[2 * type.Size()];
        expected[0] = 1;
        Assert.That(TensorFormat.Read(proto.ToByteArray()).Bytes.ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void Read_WideFields_FillTheirTypes()
    {
        TensorProto floats = Header(DType.Float, 2);
        floats.FloatData.AddRange([1.5f, -2]);
        TensorProto complex = Header(DType.Complex64, 1);
        complex.FloatData.AddRange([1.5f, -2]);
        TensorProto doubles = Header(DType.Double, 1);
        doubles.DoubleData.Add(Math.PI);
        TensorProto longs = Header(DType.Int64, 1);
        longs.Int64Data.Add(long.MinValue);
        TensorProto unsigned = Header(DType.UInt32, 1);
        unsigned.Uint64Data.Add(uint.MaxValue);
        TensorProto wide = Header(DType.UInt64, 1);
        wide.Uint64Data.Add(ulong.MaxValue);

        Assert.Multiple(() =>
        {
            Assert.That(Read(floats).Span<float>().ToArray(), Is.EqualTo(new[] { 1.5f, -2 }));
            Assert.That(Read(complex).Bytes.ToArray(), Is.EqualTo(Read(floats).Bytes.ToArray()));
            Assert.That(Read(doubles).Span<double>()[0], Is.EqualTo(Math.PI));
            Assert.That(Read(longs).Span<long>()[0], Is.EqualTo(long.MinValue));
            Assert.That(Read(unsigned).Span<uint>()[0], Is.EqualTo(uint.MaxValue));
            Assert.That(Read(wide).Span<ulong>()[0], Is.EqualTo(ulong.MaxValue));
        });
    }

    [Test]
    public void Read_HugeShapeWithoutData_IsRefusedBeforeMemoryIsTaken()
    {
        TensorProto proto = Header(DType.Float, 1 << 15, 1 << 15);
        proto.RawData = ByteString.CopyFrom(1, 2, 3, 4);
        TensorProto overflow = Header(DType.Float, 1 << 20, 1 << 20, 1 << 20);
        TensorProto negative = Header(DType.Float, -1);
        TensorProto wide = Header(DType.Float, 1L << 40);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Multiple(() =>
        {
            Assert.That(Message(proto), Does.StartWith("a tensor of 4294967296 bytes, expected at most 2147483527"));
            Assert.That(Message(overflow), Is.EqualTo("shape [1048576,1048576,1048576] is not one of at most 2^31 - 1 elements"));
            Assert.That(Message(negative), Is.EqualTo("shape [-1] is not one of a tensor"));
            Assert.That(Message(wide), Is.EqualTo("shape [1099511627776] is not one of a tensor"));
        });
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
    }

    [Test]
    public void Read_ContentThatIsNotOfTheType_IsRefused()
    {
        TensorProto narrow = Header(DType.Int8, 2);
        narrow.Int32Data.AddRange([1, 128]);
        TensorProto logical = Header(DType.Bool, 2);
        logical.RawData = ByteString.CopyFrom(1, 2);
        TensorProto text = Header(DType.String, 1);
        text.StringData.Add(ByteString.CopyFrom(0xff));
        TensorProto few = Header(DType.Int64, 2);
        few.Int64Data.Add(1);
        TensorProto small = Header(DType.Float, 1);
        small.DataType = (int)TensorProto.Types.DataType.Float8E4M3Fn;

        Assert.Multiple(() =>
        {
            Assert.That(Message(narrow), Is.EqualTo("element 1 is 128, which is no int8"));
            Assert.That(Message(logical), Is.EqualTo("element 1 is 2, which is no bool"));
            Assert.That(Message(text), Is.EqualTo("a string is not UTF-8"));
            Assert.That(Message(few), Is.EqualTo("1 elements of data, expected 2"));
            Assert.That(Message(small), Is.EqualTo("element type Float8E4M3Fn is not supported"));
        });
    }

    [Test]
    public void FromSparse_LinearAndCoordinates_FillADenseTensor()
    {
        var linear = new SparseTensorProto { Values = TensorFormat.ToProto(Tensor.Vector(5f, 7f), "s"), Indices = TensorFormat.ToProto(Tensor.Vector(1L, 5L), "") };
        var coordinates = linear.Clone();
        coordinates.Indices = TensorFormat.ToProto(Tensor.Of<long>([2, 2], [0, 1, 1, 2]), "");
        var far = linear.Clone();
        far.Indices = TensorFormat.ToProto(Tensor.Vector(1L, 6L), "");
        foreach (SparseTensorProto proto in new[] { linear, coordinates, far })
        {
            proto.Dims.AddRange([2, 3]);
        }

        float[] expected = [0, 5, 0, 0, 0, 7];
        Assert.That(TensorFormat.FromSparse(linear, new ExternalFolder(null)).Span<float>().ToArray(), Is.EqualTo(expected));
        Assert.That(TensorFormat.FromSparse(coordinates, new ExternalFolder(null)).Span<float>().ToArray(), Is.EqualTo(expected));
        Assert.That(
            Assert.Throws<AnnealException>(() => TensorFormat.FromSparse(far, new ExternalFolder(null)))!.Message,
            Is.EqualTo("index 1 of a sparse tensor is out of range or out of order"));
    }

    internal static Tensor Sample(DType type)
    {
        if (type == DType.String)
        {
            return Tensor.OfStrings([2, 3], ["", "a", "ä", "日本", "\0", "🙂"]);
        }

        Tensor tensor = Tensor.Zeros(type, 2, 3);
        for (int i = 0; i < tensor.Bytes.Length; i++)
        {
            tensor.Bytes[i] = (byte)(type == DType.Bool ? i % 2 : (i * 37) + 1);
        }

        return tensor;
    }

    private static TensorProto Header(DType type, params long[] dims)
    {
        var proto = new TensorProto { DataType = (int)type };
        proto.Dims.AddRange(dims);
        return proto;
    }

    private static Tensor Read(TensorProto proto) => TensorFormat.Read(proto.ToByteArray());

    private static string Message(TensorProto proto) => Assert.Throws<AnnealException>(() => Read(proto))!.Message;
}
