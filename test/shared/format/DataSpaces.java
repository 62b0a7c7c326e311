import java.io.File;
import java.lang.reflect.Field;
import org.apache.poi.poifs.crypt.DataSpaceMapUtils;
import org.apache.poi.poifs.filesystem.DirectoryNode;
import org.apache.poi.poifs.filesystem.Entry;
import org.apache.poi.poifs.filesystem.POIFSFileSystem;
import org.apache.poi.util.LittleEndianInputStream;

/** Prints what Apache POI finds in the data spaces of a protected document, a line each. */
public class DataSpaces {
  public static void main(String[] args) throws Exception {
    try (POIFSFileSystem file = new POIFSFileSystem(new File(args[0]), true)) {
      DirectoryNode spaces = (DirectoryNode) file.getRoot().getEntry("\u0006DataSpaces");
      var version = new DataSpaceMapUtils.DataSpaceVersionInfo(open(spaces, "Version"));
      var map = new DataSpaceMapUtils.DataSpaceMap(open(spaces, "DataSpaceMap"));
      Object[] entries = (Object[]) field(map, "entries");
      String space = (String) field(entries[0], "dataSpaceName");
      var definition = new DataSpaceMapUtils.DataSpaceDefinition(open(in(spaces, "DataSpaceInfo"), space));
      String transform = ((String[]) field(definition, "transformer"))[0];
      DirectoryNode info = in(in(spaces, "TransformInfo"), transform);
      var rights = new DataSpaceMapUtils.IRMDSTransformInfo(open(info, "\u0006Primary"));
      Object header = field(rights, "transformInfoHeader");
      System.out.println(field(version, "featureIdentifier"));
      System.out.println(((String[]) field(entries[0], "referenceComponent"))[0]);
      System.out.println(space);
      System.out.println(transform);
      System.out.println(field(header, "transformerId"));
      System.out.println(field(header, "transformerName"));
      System.out.println(((String) field(rights, "xrMLLicense")).length());
    }
  }

  static LittleEndianInputStream open(DirectoryNode folder, String name) throws Exception {
    return new LittleEndianInputStream(folder.createDocumentInputStream(folder.getEntry(name)));
  }

  static DirectoryNode in(DirectoryNode folder, String name) throws Exception {
    Entry entry = folder.getEntry(name);
    return (DirectoryNode) entry;
  }

  static Object field(Object object, String name) throws Exception {
    Field field = object.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(object);
  }
}
