using System.Text;
using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Formats;

public sealed class NpyTests
{
    private static byte[] Npy(string header, byte[] data, byte major = 1)
    {
        byte[] text = Encoding.Latin1.GetBytes(header);
        byte[] length = major == 1 ? BitConverter.GetBytes((ushort)text.Length) : BitConverter.GetBytes(text.Length);
        return [0x93, .. "NUMPY"u8, major, 0, .. length, .. text, .. data];
    }

    [Test]
    public void Write_ThenRead_IsTheSameForEveryType()
    {
        using var folder = new TempFolder();
        foreach (DType type in new[] { DType.Float, DType.Double, DType.Float16, DType.Int64, DType.Int32, DType.Int16, DType.Int8, DType.UInt64, DType.UInt32, DType.UInt16, DType.UInt8, DType.Bool })
        {
            foreach (int[] shape in new int[][] { [], [0], [5], [2, 3, 4] })
            {
                Tensor tensor = Tensor.Zeros(type, shape);
                for (int i = 0; i < tensor.Bytes.Length; i++)
                {
                    tensor.Bytes[i] = (byte)(type == DType.Bool ? i % 2 : i);
                }

                using (FileStream stream = File.Create(folder["a.npy"]))
                {
                    NpyWriter.Write(stream, tensor);
                }

                Tensor back = NpyReader.Read(folder["a.npy"]);
                Assert.That(back.ToString(), Is.EqualTo(tensor.ToString()));
                Assert.That(back.Bytes.SequenceEqual(tensor.Bytes));
            }
        }
    }

    [Test]
    public void WriteHeader_AnyShape_IsWhatNumPyWrites()
    {
        using var stream = new MemoryStream();
        NpyWriter.WriteHeader(stream, DType.Float, [3]);
        byte[] bytes = stream.ToArray();
        Assert.That(bytes, Has.Length.EqualTo(128));
        Assert.That(Encoding.Latin1.GetString(bytes, 10, 118), Is.EqualTo("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }".PadRight(117) + "\n"));
        Assert.That(() => NpyWriter.WriteHeader(stream, DType.String, [3]), Throws.TypeOf<AnnealException>());
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Read_AnyVersion_ReadsKeysInAnyOrder(int version)
    {
        using var folder = new TempFolder();
        string path = folder.Write("a.npy", Npy("{\"shape\": (2,1), 'fortran_order':False,'descr': '|u1'}\n", [7, 9], (byte)version));
        Assert.That(NpyReader.ReadHeader(path).Shape, Is.EqualTo(new long[] { 2, 1 }));
        Assert.That(NpyReader.Read(path).Span<byte>().ToArray(), Is.EqualTo(new byte[] { 7, 9 }));
    }

    [TestCase("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }", "fortran_order: True (column-major) is not read. hint: save numpy.ascontiguousarray(array)")]
    [TestCase("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 2), }", "big-endian element type '>f4' is not read. hint: save array.astype(array.dtype.newbyteorder('<'))")]
    [TestCase("{'descr': '|O', 'fortran_order': False, 'shape': (2, 2), }", "npy element type '|O' is not read. hint: numbers and bools of 1 to 8 bytes are")]
    [TestCase("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 2), }", "structured npy arrays are not read, expected one plain element type")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", "expected 16 bytes of data for [2,2], found 4: row 0 (from 0) is not whole")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9), }", "the header's shape [9223372036854775807,9] is larger than any file")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "damaged npy header: shape holds ''")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, 'shape': (1)(", "damaged npy header: '}' is expected at byte 53")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, }", "damaged npy header: one of descr, fortran_order and shape is missing")]
    [TestCase("{'descr': '<f4', 'descr': '<f4'}", "damaged npy header: key 'descr' is unknown or given twice")]
    [TestCase("{'descr': '<f4", "damaged npy header: a quoted string is expected at byte 10")]
    [TestCase("__import__('os')", "damaged npy header: '{' is expected at byte 0")]
    [TestCase("", "damaged npy header: '{' is expected at byte 0")]
    public void Read_WrongHeader_SaysWhatIsWrong(string header, string message)
    {
        using var folder = new TempFolder();
        string path = folder.Write("a.npy", Npy(header, [1, 2, 3, 4]));
        Assert.That(() => NpyReader.Read(path), Throws.TypeOf<AnnealException>().With.Message.EqualTo($"{path}: {message}"));
    }

    [Test]
    public void Read_HostileLengths_AreRefused()
    {
        using var folder = new TempFolder();
        string huge = folder.Write("a.npy", [0x93, .. "NUMPY"u8, 2, 0, 255, 255, 255, 255]);
        Assert.That(() => NpyReader.Read(huge), Throws.TypeOf<AnnealException>().With.Message.EqualTo($"{huge}: an npy header of 4294967295 bytes is longer than 65536"));
        string cut = folder.Write("b.npy", [0x93, .. "NUMPY"u8, 1, 0, 100, 0, 1]);
        Assert.That(() => NpyReader.Read(cut), Throws.TypeOf<AnnealException>().With.Message.EqualTo($"{cut}: the file ends within its npy header"));
        string shape = folder.Write("c.npy", Npy($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({string.Concat(Enumerable.Repeat("1,", 40))}), }}", []));
        Assert.That(() => NpyReader.Read(shape), Throws.TypeOf<AnnealException>().With.Message.EqualTo($"{shape}: damaged npy header: shape has more than 32 dimensions"));
        string truth = folder.Write("d.npy", Npy("{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", [1, 2]));
        Assert.That(() => NpyReader.Read(truth), Throws.TypeOf<AnnealException>().With.Message.EqualTo($"{truth}: element 1 of a bool array is the byte 2, expected 0 or 1"));
    }
}
